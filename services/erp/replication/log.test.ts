/** The log from the socket to its owner. Real: the driver, the connection, the decoder. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../testing/until.ts';
import { idleSlot as slot } from '../testing/catalog-rows.ts';
import { inStream, keepalive, log as wal } from '../testing/log-messages.ts';
import { PostgresDouble, refusal } from '../testing/postgres-double.ts';
import { fieldsOf, frame } from '../testing/postgres-messages.ts';
import type { LogOptions, ReplicationLog } from './log.ts';
import { openLog } from './open-log.ts';

let server: PostgresDouble;
let opened: ReplicationLog[];

beforeEach(async () => {
  opened = [];
  server = (await PostgresDouble.start())
    .on(/^IDENTIFY_SYSTEM/, [{ systemid: '7123', timeline: 2, xlogpos: '1/C8' }])
    .on(/pg_replication_slots/, [{ slot }])
    .on(/from pg_catalog.pg_publication /, [{}])
    .on(/pg_backend_pid/, [{ pid: 41, setting: '60000' }])
    .on(/^START_REPLICATION/, []);
});
afterEach(async () => {
  for (const log of opened) await log.close();
  await server.stop();
});

async function open(options: Partial<LogOptions> = {}): Promise<ReplicationLog> {
  const log = await openLog({
    connection: server.connection,
    slot: 'cartage',
    publication: `of "us"`,
    clock: () => Date.UTC(2026, 0, 1),
    ...options,
  });
  opened.push(log);
  return log;
}

const item = wal.relation(9, 'shop', 'item', [{ name: 'id', inIdentity: true }, { name: 'name' }]);
const whole = (xid: number, at: bigint, ...changes: Buffer[]) =>
  [wal.begin(xid, at, Date.UTC(2026, 0, 2)), ...changes, wal.commit(at, at + 10n)].map(inStream);
/** What was confirmed by each report, and whether an answer was asked for. */
const reported = () => server.reports.map((body) => [body.readBigUInt64BE(1), body[33]]);
const confirmed = () => reported().map(([lsn]) => lsn);

describe('opening', () => {
  it('says which database it is, and begins where the slot stands', async () => {
    const log = await open();
    expect(log.system).toEqual({
      systemId: '7123',
      timeline: 2,
      ancestors: new Map(),
      walEnd: (1n << 32n) + 200n,
    });
    expect(log.sender).toEqual({ pid: 41, timeoutMs: 60_000 });
    expect(log.position()).toEqual({ confirmed: 100n, reached: 100n, walEnd: 100n, heldBytes: 0 });
    expect(server.asked.at(-1)).toBe(
      `START_REPLICATION SLOT "cartage" LOGICAL 0/64 (proto_version '1', publication_names '"of ""us"""')`,
    );
    expect(server.logIns[0]).toMatchObject({ replication: 'database' });
    expect(server.asked.slice(0, 8)).toContain(`set session timezone = 'UTC'`);
    await until(() => server.reports.length === 1);
    expect(server.reports[0]!.readBigInt64BE(25)).toBe(
      BigInt(Date.UTC(2026, 0, 1) - Date.UTC(2000, 0, 1)) * 1000n,
    );
    expect(reported()).toEqual([[100n, 1]]);
  });

  it('takes a time-out of nothing for one that never comes', async () => {
    server.on(/pg_backend_pid/, [{ pid: 41, setting: '0' }]);
    expect((await open()).sender.timeoutMs).toBe(Infinity);
  });

  it.each([
    ['replication.slot_lost', 'does not exist', /pg_replication_slots/, []],
    [
      'replication.slot_lost',
      'its log is gone',
      /pg_replication_slots/,
      [{ slot: { ...slot, wal_status: 'lost' } }],
    ],
    [
      'replication.slot_foreign',
      'not Cartage',
      /pg_replication_slots/,
      [{ slot: { ...slot, database: 'other' } }],
    ],
    ['replication.slot_in_use', 'being read', /pg_replication_slots/, [{ slot: { ...slot, active_pid: 7 } }]],
    ['replication.publication_missing', 'does not exist', /from pg_catalog.pg_publication /, []],
    ['replication.slot_in_use', 'being read', /^START_REPLICATION/, refusal('55006')],
    ['erp.right_missing', 'has stopped', /^IDENTIFY_SYSTEM/, refusal('42501')],
  ])('fails with %s: %s', async (code, what, asked, answer) => {
    server.on(asked, answer);
    await expect(open()).rejects.toMatchObject({ fault: { code, what: expect.stringContaining(what) } });
    await until(() => server.sockets.size === 0);
  });

  it('looks what became of the slot where the server leaves it open', async () => {
    server.on(/^START_REPLICATION/, () => {
      server.on(/pg_replication_slots/, [{ slot: { ...slot, invalidation_reason: 'idle_timeout' } }]);
      return refusal('55000');
    });
    await expect(open()).rejects.toMatchObject({
      name: 'SlotLost',
      fault: { code: 'replication.slot_lost', why: 'idle_timeout' },
    });
    await until(() => server.sockets.size === 0);
  });

  it('fails where nobody answers', async () => {
    const { connection } = server;
    await server.stop();
    await expect(open({ connection })).rejects.toMatchObject({ fault: { code: 'erp.unreachable' } });
    server = await PostgresDouble.start();
  });
});

describe('reading', () => {
  it('hands over whole transactions, and confirms what is acknowledged', async () => {
    const log = await open({ watch: new Map([['shop.item', ['id']]]) });
    server.tell(...whole(7, 300n, item, wal.insert(9, ['1', 'a'])), ...whole(8, 400n));
    const parts = log.transactions();
    expect((await parts.next()).value).toMatchObject({
      xid: 7,
      commitLsn: 300n,
      commitTime: new Date(Date.UTC(2026, 0, 2)),
      changes: [{ table: 'shop.item', kind: 'insert', new: { id: '1' } }],
      endLsn: 310n,
      last: true,
    });
    await until(() => log.position().walEnd === 410n);
    expect(log.position()).toMatchObject({ confirmed: 100n, reached: 100n });
    log.acknowledge(310n);
    expect(log.position().reached).toBe(410n);
    await until(() => confirmed().includes(310n));
    expect(() => log.acknowledge(500n)).toThrow('cannot be acknowledged');
  });

  it('reports what was acknowledged last as it is closed, and frees the slot', async () => {
    const log = await open();
    server.tell(...whole(7, 300n, item, wal.insert(9, ['1', 'a'])));
    const parts = log.transactions();
    await parts.next();
    log.acknowledge(310n);
    await log.close();
    await until(() => server.sockets.size === 0);
    expect(confirmed().at(-1)).toBe(310n);
    expect(await parts.next()).toMatchObject({ done: true });
  });

  it('answers a server that asks at once, and follows it while nothing is under way', async () => {
    const log = await open();
    server.tell(keepalive(500n, false));
    await until(() => log.position().walEnd === 500n);
    expect([log.position().reached, reported().length]).toEqual([500n, 1]);
    server.tell(keepalive(600n, true));
    await until(() => reported().length === 2);
    expect(reported()[1]).toEqual([100n, 0]);
  });

  it('reports unasked, and gives up a server that says nothing though asked', async () => {
    const log = await open({ statusIntervalMs: 2, silentMsMax: 40 });
    const next = log.transactions().next();
    await expect(next).rejects.toMatchObject({
      fault: { code: 'erp.unreachable', why: expect.stringMatching(/silent for 4[2-9] ms/) },
    });
    expect(reported().length).toBeGreaterThan(5);
    expect(reported().every(([, asked]) => asked === 1)).toBe(true);
    await until(() => server.sockets.size === 0);
  });

  it('holds no more than it may, and goes on when some was taken', async () => {
    const log = await open({ heldBytesMax: 2_000, partChangesMax: 2 });
    const row = wal.insert(9, ['1', 'x'.repeat(500)]);
    for (let xid = 1; xid <= 500; xid += 1) {
      server.tell(...whole(xid, BigInt(xid * 100 + 100), item, row, row, row));
    }
    await until(() => log.position().heldBytes > 2_000);
    // Whoever read on would hold all of it by then.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const parts = log.transactions();
    let mostBytes = 0;
    const ends: (bigint | null)[] = [];
    while (ends.at(-1) !== 50_110n) {
      ends.push((await parts.next()).value!.endLsn);
      mostBytes = Math.max(mostBytes, log.position().heldBytes);
    }
    expect(ends.filter((end) => end !== null)).toHaveLength(500);
    expect(ends).toHaveLength(1_000);
    // Some reads of the socket more, of 1.2 MB in all.
    expect(mostBytes).toBeLessThan(500_000);
    expect(log.position().heldBytes).toBe(0);
  });

  it('counts a change as untold while the log does not carry what is watched', async () => {
    const log = await open({ watch: new Map([['shop.item', ['id', 'name']]]) });
    const full = wal.relation(9, 'shop', 'item', [
      { name: 'id', inIdentity: true },
      { name: 'name', inIdentity: true },
    ]);
    server.tell(...whole(7, 300n, item, wal.insert(9, ['1', 'a']), full, wal.insert(9, ['2', 'b'])));
    const { value } = await log.transactions().next();
    expect(value!.changes).toEqual([
      { table: 'shop.item', kind: 'untold', old: null, new: null },
      { table: 'shop.item', kind: 'insert', old: null, new: { id: '2', name: 'b' } },
    ]);
  });

  it('needs all columns where all are watched, and tells of a table that nobody watches', async () => {
    const unwatched: string[] = [];
    const log = await open({
      watch: new Map([['shop.item', 'all' as const]]),
      onUnwatched: (table) => unwatched.push(table),
    });
    const other = wal.relation(10, 'shop', 'old', [{ name: 'id' }]);
    server.tell(...whole(7, 300n, item, wal.insert(9, ['1', 'a']), other, wal.insert(10, ['2'])));
    const { value } = await log.transactions().next();
    expect(value!.changes.map(({ table, kind }) => [table, kind])).toEqual([
      ['shop.item', 'untold'],
      ['shop.old', 'insert'],
    ]);
    expect(unwatched).toEqual(['shop.old']);
  });
});

it('of a watched table that had another name for a while tells that any row may be another', async () => {
  const log = await open({ watch: new Map([['shop.item', ['id']]]), homes: new Map([[9, 'shop.item']]) });
  const away = wal.relation(9, 'shop', 'away', [{ name: 'id', inIdentity: true }]);
  server.tell(
    ...whole(
      7,
      300n,
      item,
      wal.insert(9, ['1', 'a']),
      away,
      wal.insert(9, ['2']),
      item,
      wal.insert(9, ['3', 'c']),
    ),
  );
  const { value } = await log.transactions().next();
  expect(value!.changes.map(({ table, kind }) => [table, kind])).toEqual([
    ['shop.item', 'insert'],
    ['shop.away', 'insert'],
    ['shop.item', 'untold'],
    ['shop.item', 'insert'],
  ]);
});

describe('a log that ends', () => {
  const ending = async (...bytes: Buffer[]) => {
    const log = await open();
    const next = log.transactions().next();
    server.streams.at(-1)!.write(Buffer.concat(bytes));
    return next;
  };

  it.each([
    ['erp.unreachable', frame('c', '')],
    ['erp.database_error', frame('E', fieldsOf(refusal('XX000')))],
    ['replication.publication_missing', frame('N', fieldsOf(refusal('55000')))],
    ['replication.publication_missing', frame('E', fieldsOf(refusal('42704')))],
    ['erp.unreachable', Buffer.from([0x64, 0, 0, 0, 0])],
  ])('says why: %s', async (code, bytes) => {
    await expect(ending(bytes)).rejects.toMatchObject({ name: 'Unavailable', fault: { code } });
    await until(() => server.sockets.size === 0);
  });

  it('is not ended by a word about something else', async () => {
    const log = await open();
    server.streams.at(-1)!.write(frame('N', fieldsOf(refusal('00000'))));
    server.tell(...whole(7, 300n, item, wal.insert(9, ['1', 'a'])));
    expect((await log.transactions().next()).value).toMatchObject({ xid: 7 });
  });

  it('is lost for good where its slot is', async () => {
    server.on(/pg_replication_slots/, (_values) => (server.streams.length === 0 ? [{ slot }] : []));
    await expect(ending(frame('E', fieldsOf(refusal('58P01'))))).rejects.toMatchObject({ name: 'SlotLost' });
  });

  it('is ended by a cut connection', async () => {
    const log = await open();
    const next = log.transactions().next();
    server.streams.at(-1)!.destroy();
    await expect(next).rejects.toMatchObject({ fault: { code: 'erp.unreachable' } });
  });
});
