/** An ERP in PostgreSQL as it is configured. Real: the driver, the log, the questions, the polls. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { erpSection } from '../../../platform/config/sections/erp.ts';
import { settled, VirtualClock } from '../../../platform/flow/testing/virtual-clock.ts';
import { openLog } from '../../../platform/telemetry/log.ts';
import { openMetrics } from '../../../platform/telemetry/metrics.ts';
import { inStream, log as wal } from '../../testing/log-messages.ts';
import { PostgresDouble, refusal } from '../../testing/postgres-double.ts';
import { fieldsOf, frame } from '../../testing/postgres-messages.ts';
import { until } from '../../testing/until.ts';
import { idleSlot as slot, plainMember as member } from '../../testing/catalog-rows.ts';
import type { ChangeSource, Gap, OpenSource, Place } from '../change-source.ts';
import { openErp } from '../open-erp.ts';
import type { ErpConfiguration } from '../read-erp.ts';

let server: PostgresDouble;
let clock: VirtualClock;
let opened: (ChangeSource | OpenSource)[];
const kinds = { insert: true, update: true, delete: true, truncate: true };

beforeEach(async () => {
  [opened, clock] = [[], new VirtualClock()];
  server = (await PostgresDouble.start())
    .on(/pg_is_in_recovery/, [{ standby: false }])
    .on(/pg_replication_slots s where/, [{ slot }])
    .on(/from member m/, [member])
    .on(/puballtables/, [{ all_tables: false, via_root: true, ...kinds }])
    .on(/from pg_publication_tables/, [{ name: 'public.item' }])
    .on(/from pg_publication_rel r/, [])
    .on(/as home/, [{ id: '9', home: 'public.item' }])
    .on(/as digest/, [{ name: 'public.item', digest: 'a' }])
    .on(/pg_wal_lsn_diff/, [{ retained: 71, unconfirmed: 5 }])
    .on(/^TIMELINE_HISTORY 2/, [
      { filename: '00000002.history', content: '1\t0/C8\tno recovery target specified\n' },
    ])
    .on(/^IDENTIFY_SYSTEM/, [{ systemid: '7123', timeline: 2, xlogpos: '1/0' }])
    .on(/^select from pg_catalog.pg_publication /, [{}])
    .on(/pg_backend_pid/, [{ pid: 41, setting: '60000' }])
    .on(/^START_REPLICATION/, [])
    .on(/pg_create_logical_replication_slot/, [{ lsn: '0/2A' }])
    .on(/pg_drop_replication_slot/, [{ done: '' }])
    .on(/pg_current_xact_id/, [{}])
    .on(/pg_snapshot_xip/, [{ xids: [] }])
    .on(/pg_stat_replication/, [{ heard_at: null, may_see: true }]);
});
afterEach(async () => {
  for (const one of opened.toReversed()) await one.close();
  await server.stop();
});

const stock = {
  topic: 'erp.stock',
  key: { id: 'int' },
  watch: [{ table: 'item', key: 'id' }],
  query: 'select * from stock where ($keys is null or id = any($keys)) and at > $since',
  find: 'select 1 as id',
};

function read(more: object = {}) {
  const erp = erpSection.parse({ connection: { url: server.url }, streams: { stock }, ...more });
  const config = {
    erp,
    fulfilments: { since: Date.UTC(2026, 0, 1) },
  } as unknown as ErpConfiguration['config'];
  const tools = {
    log: openLog('erp-ingester', 'us', 'silent'),
    metrics: openMetrics('erp-ingester', 'us'),
    clock,
    bus: { follow: () => Promise.reject(new Error('no topic of others')) },
    lease: {
      take: () =>
        Promise.resolve({
          fence: { isCurrent: () => true },
          fallsWithinMs: 0,
          watch: async () => undefined,
          release: async () => undefined,
        }),
    },
  };
  const made = openErp({ config, current: () => config }, tools);
  opened.push(made.source);
  return { ...made, metrics: tools.metrics };
}

async function open(known: Place | null = null) {
  const { source, streams } = read();
  const gaps: Gap[] = [];
  const held = await source.open(known, async (gap) => {
    await settled();
    gaps.push(gap);
    // Before anything is changed after which it could not be seen.
    expect(server.askedOf(/pg_drop|pg_create/)).toEqual([]);
  });
  opened.push(held);
  return { held, gaps, streams };
}

const known: Place = {
  position: '0/C8',
  slot: 'cartage',
  systemId: '7123/2',
  tables: '{"public.item":"a"}',
};

describe('the log of the database', () => {
  it('is read from where the slot stands when nothing is known', async () => {
    const { held, gaps } = await open();
    expect(held.place).toEqual({ ...known, position: '0/64', seenTo: '0/0' });
    expect([held.gaps, gaps, [...held.deaf], held.fenceFallsWithinMs]).toEqual([[], [], [], 30_000]);
    expect(held.fence.isCurrent()).toBe(true);
  });

  it('goes on where the cursor stands, and tells its parts', async () => {
    const { held, gaps } = await open(known);
    expect([held.place.position, held.gaps, gaps]).toEqual(['0/C8', [], []]);
    const changes = [
      wal.begin(7, 300n, 5_000),
      wal.relation(9, 'public', 'item', [{ name: 'id', inIdentity: true }, { name: 'more' }]),
      wal.insert(9, ['1', 'x']),
      wal.commit(300n, 310n),
    ];
    server.tell(...changes.map(inStream));
    const parts = held.parts()[Symbol.asyncIterator]();
    expect((await parts.next()).value).toEqual({
      mark: '7',
      position: '0/12C',
      shownFrom: 0x136,
      occurredAt: 5_000,
      changes: [{ table: 'public.item', kind: 'insert', old: null, new: { id: '1' } }],
      end: '0/136 after 7@0/136',
    });
    expect(held.idlePosition()).toBeNull();
    held.acknowledge('0/136');
    await until(() => server.reports.some((body) => body.readBigUInt64BE(1) === 310n));
    expect(held.idlePosition()).toBeNull();
  });

  it('follows the server while nothing is told', async () => {
    const { held } = await open(known);
    server.tell(inStream(wal.begin(7, 300n, 0)), inStream(wal.commit(300n, 310n)));
    await until(() => held.idlePosition() === '0/136');
    held.acknowledge('0/136');
    expect(held.idlePosition()).toBeNull();
  });

  it.each<[string, Partial<Place>, object | null, string]>([
    ['another slot', { slot: 'old' }, {}, 'the cursor belongs to the slot old'],
    ['no slot in it', { slot: null }, {}, 'of no name'],
    ['no slot', {}, null, 'the slot is gone'],
    ['a lost slot', {}, { wal_status: 'lost' }, 'was invalidated'],
    ['a slot beyond it', {}, { confirmed_flush_lsn: '0/C9' }, 'moved past the cursor'],
  ])('has a gap of all with %s', async (_why, place, stands, reason) => {
    const looks = [stands === null ? [] : [{ slot: { ...slot, ...stands } }]];
    server.on(/pg_replication_slots s where/, () => looks.shift() ?? [{ slot }]);
    const { held, gaps } = await open({ ...known, ...place });
    const gap = { reason: expect.stringContaining(reason), tables: null };
    expect([gaps, held.gaps]).toEqual([[gap], [gap]]);
    const isLost = stands === null || 'wal_status' in stands;
    expect(server.askedOf(/pg_create/)).toHaveLength(isLost ? 1 : 0);
    expect(server.askedOf(/pg_drop/)).toHaveLength(stands !== null && isLost ? 1 : 0);
    expect(held.place.position).toBe(isLost ? '0/2A' : '0/64');
  });

  it.each<[string, Partial<Place>, string]>([
    ['another system', { systemId: '7122/2' }, 'another one than before'],
    ['a timeline of which nothing tells', { systemId: '7123/3' }, 'another one than before'],
    ['a standby that lacks what was seen', { systemId: '7123/1', seenTo: '0/C9' }, 'a standby took over'],
    ['a log that ends before it', { position: '1/1' }, 'ends before the cursor'],
  ])('has one with %s, seen as it is opened', async (_why, place, reason) => {
    const { held, gaps } = await open({ ...known, ...place });
    expect([gaps, held.gaps]).toEqual([[], [{ reason: expect.stringContaining(reason), tables: null }]]);
    expect(held.place).toEqual({ ...known, position: '0/64', seenTo: '0/0' });
  });

  it('goes on after a standby has taken over that has all that was seen, and asks for a copy of its slot there', async () => {
    server.on(/pg_replication_slots s where/, [{ slot: { ...slot, failover: false } }]);
    server.on(/^ALTER_REPLICATION_SLOT/, []);
    const { held, gaps } = await open({ ...known, systemId: '7123/1', seenTo: '0/C8' });
    expect([gaps, held.gaps, held.hasTurned]).toEqual([[], [], true]);
    expect(held.place).toEqual({ ...known, seenTo: '0/C8' });
    expect(server.askedOf(/^ALTER_REP/)).toEqual(['ALTER_REPLICATION_SLOT cartage ( FAILOVER true )']);
  });

  it.each([
    ['has a copy', true],
    ['knows no copies', null],
  ])('asks for no copy of a slot that %s', async (_why, failover) => {
    server.on(/pg_replication_slots s where/, [{ slot: { ...slot, failover } }]);
    const { held } = await open(known);
    expect([held.hasTurned, server.askedOf(/^ALTER_REP/)]).toEqual([false, []]);
  });

  it('is read also where the server refuses to copy its slot', async () => {
    server.on(/pg_replication_slots s where/, [{ slot: { ...slot, failover: false } }]);
    server.on(/^ALTER_REPLICATION_SLOT/, refusal('42501'));
    expect((await open(known)).held.place.position).toBe('0/C8');
  });

  it('has a gap of the tables that were altered', async () => {
    const { held } = await open({ ...known, tables: '{"public.item":"b"}' });
    expect(held.gaps).toMatchObject([{ tables: ['public.item'], marks: [] }]);
    expect(held.place).toMatchObject({ position: '0/C8', tables: '{"public.item":"a"}' });
  });

  it.each([
    ['replication.slot_foreign', { database: 'other' }],
    ['replication.slot_in_use', { active_pid: 9 }],
  ])('is not taken: %s', async (code, stands) => {
    server.on(/pg_replication_slots s where/, [{ slot: { ...slot, ...stands } }]);
    await expect(open({ ...known, slot: 'old' })).rejects.toMatchObject({ fault: { code } });
    expect(server.askedOf(/pg_drop|pg_create|member m/)).toEqual([]);
  });

  it('needs a publication, and says what is wrong where there is none', async () => {
    server.on(/puballtables/, []).on(/from member m/, []);
    await expect(open()).rejects.toMatchObject({ needsOperator: true, fault: { code: 'erp.table' } });
  });

  it('is read anew after the publication was not there for a while', async () => {
    const { source } = read();
    const first = await source.open(known, async () => undefined);
    const parts = first.parts()[Symbol.asyncIterator]();
    const next = parts.next();
    server.streams.at(-1)!.write(frame('N', fieldsOf(refusal('55000'))));
    await expect(next).rejects.toMatchObject({ fault: { code: 'replication.publication_missing' } });
    await first.close();
    const gaps: Gap[] = [];
    const again = await source.open(known, async (gap) => void gaps.push(gap));
    expect(gaps).toEqual([{ reason: 'the publication was not there for a while', tables: null }]);
    expect([server.askedOf(/pg_drop/).length, again.place.position]).toEqual([1, '0/2A']);
    await again.close();
    const third = await source.open(known, async (gap) => void gaps.push(gap));
    expect(gaps).toHaveLength(1);
    await third.close();
  });

  it('is looked after: what is altered meanwhile is told', async () => {
    const { held } = await open(known);
    const told: (readonly Gap[])[] = [];
    const over = new AbortController();
    const watching = held.watch(over.signal, (gaps) => told.push(gaps));
    const looks = () => server.askedOf(/as digest/).length;
    /** A look is judged when the next one begins. */
    const lookAgain = async () => {
      const before = looks();
      while (looks() < before + 2) {
        await clock.pass(1_000);
        await new Promise(setImmediate);
      }
    };
    await lookAgain();
    expect(told).toEqual([]);
    server.on(/as digest/, [{ name: 'public.item', digest: 'b' }]);
    await lookAgain();
    expect(told).toMatchObject([[{ tables: ['public.item'] }]]);
    expect(held.place.tables).toBe('{"public.item":"b"}');
    server.on(/from member m/, []);
    await lookAgain();
    expect(held.deaf.get('public.item')).toMatchObject({ code: 'erp.table' });
    expect(told).toHaveLength(2);
    server.on(/as digest/, refusal('53300'));
    await lookAgain();
    expect(told).toHaveLength(2);
    over.abort();
    await watching;
    expect(held.fence.isCurrent()).toBe(false);
    await until(() => server.streams.every((socket) => socket.destroyed));
  });

  it('has its lag measured, and its questions asked of the same database', async () => {
    const { source, streams, metrics } = read();
    await until(() => server.askedOf(/pg_wal_lsn_diff/).length === 1);
    await until(() => server.sockets.size === 1);
    server
      .on(/pg_current_wal_lsn\(\)::text/, [{ lsn: '0/2A' }])
      .on(/pg_current_wal_insert_lsn/, [{ seen: '0/2B' }])
      .on(/transaction_timeout/, [])
      .on(/from stock where/, [{ id: 7 }]);
    expect(streams).toMatchObject([{ name: 'stock', keyColumns: ['id'], again: null }]);
    expect((await streams[0]!.questions.ask(new Map([['7', []]]))).rows).toEqual([{ id: 7 }]);
    expect(server.asked).toContain('set local statement_timeout = 8000');
    expect(server.values.at(-2)).toEqual(['{"7"}', '2026-01-01T00:00:00.000Z']);
    const { values } = await metrics.slotRetained.get();
    expect(values.map(({ value }) => value)).toEqual([71]);
    opened = [];
    await source.close();
    await until(() => server.sockets.size === 0);
  });
});

describe('tables that are polled', () => {
  const source = {
    kind: 'polling',
    tables: { item: { id: 'id', version: 'changed' }, move: 'compared' },
    overlapMs: 60_000,
  };
  beforeEach(() => {
    server
      .on(/pg_control_system/, [{ id: '7123', name: 'erp' }])
      .on(/clock_timestamp/, [{ now: '1767225600000' }])
      .on(/information_schema.columns/, [
        { name: 'id', type: 'integer' },
        { name: 'changed', type: 'timestamp' },
      ])
      .on(/order by "changed" desc limit 1/, [{ version: '2025-12-31 23:00:00' }])
      .on(/select \* from "public"."item"/, [
        { id: 7, changed: '2025-12-31 23:00:00' },
        { id: 8, changed: '2025-12-31 23:30:00' },
      ]);
  });

  it('are those that have a version, told of since the newest but for the overlap', async () => {
    const { source: polling, streams, polls } = read({ source });
    expect([polls!.tables, streams.length]).toEqual([['public.item'], 1]);
    const held = await polling.open(null, async () => undefined);
    opened.push(held);
    expect(held.place).toMatchObject({ systemId: '7123/erp', slot: null });
    expect(JSON.parse(held.place.position)).toEqual({
      versions: { 'public.item': '2025-12-31T23:00:00' },
      comparedAt: 1_767_225_600_000,
    });
    const parts = held.parts()[Symbol.asyncIterator]();
    expect((await parts.next()).value).toMatchObject({
      mark: 'seen',
      occurredAt: Date.UTC(2025, 11, 31, 23),
      end: null,
      changes: [
        { table: 'public.item', kind: 'update', old: null, new: { id: '7' } },
        { table: 'public.item', new: { id: '8' } },
      ],
    });
    const at = server.asked.findLastIndex((sql) => sql.includes('"public"."item" where'));
    expect(server.asked[at]).toMatch(
      /where "changed" is not null and "changed" >= \$1\s+order by "changed", "id" limit 2000/,
    );
    // By a minute, and by the tenth of it that may pass until the next poll looks back so far.
    expect(server.values[at]).toEqual(['2025-12-31T22:58:54.000000']);
    expect(server.asked).toContain('set local statement_timeout = 8000');
    expect(server.sockets.size).toBe(1);
  });

  it('must be there, with their columns, and versions that can be compared', async () => {
    const opening = () => read({ source }).source.open(null, async () => undefined);
    server.on(/order by "changed" desc limit 1/, [{ version: 'soon' }]);
    await expect(opening()).rejects.toMatchObject({
      needsOperator: true,
      fault: { code: 'erp.poll_version' },
    });
    server.on(/information_schema.columns/, [{ name: 'id', type: 'integer' }]);
    await expect(opening()).rejects.toMatchObject({
      fault: { code: 'erp.poll_table', what: 'public.item has no column changed' },
    });
    server.on(/information_schema.columns/, []);
    await expect(opening()).rejects.toMatchObject({
      fault: { what: expect.stringContaining('There is no table public.item') },
    });
    server.on(/pg_control_system/, refusal('42501')).on(/information_schema.columns/, refusal('42501'));
    await expect(opening()).rejects.toMatchObject({ fault: { code: 'erp.right_missing' } });
  });
});
