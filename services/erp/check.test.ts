/** `cartage check` of a database. Real: the driver, all checks. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compileSql } from './changed-keys/sql-template.ts';
import { checkErp } from './check.ts';
import type { ErpCheck } from './check.ts';
import { idleSlot as slot, plainMember as member } from './testing/catalog-rows.ts';
import { PostgresDouble, refusal } from './testing/postgres-double.ts';
import { until } from './testing/until.ts';

let server: PostgresDouble;
const healthy = {
  version: 180_000,
  standby: false,
  wal_level: 'logical',
  encoding: 'UTF8',
  slots: 10,
  slots_max: 10,
  senders: 1,
  senders_max: 10,
  keep: '20GB',
  role: 'cartage',
  may_replicate: true,
  may_see_senders: true,
};
const kinds = { insert: true, update: true, delete: true, truncate: true };
const read = { role: 'cartage', may: true, hides: false };

const noStandby = { standbys: null, awaited: '', failover: true, silent: null };

beforeEach(async () => {
  server = (await PostgresDouble.start())
    .on(/server_version_num'\)::int as version/, [healthy])
    .on(/pg_replication_slots s where/, [{ slot }])
    .on(/from member m/, [member])
    .on(/row_security_active/, [read])
    .on(/puballtables/, [{ all_tables: false, via_root: true, ...kinds }])
    .on(/from pg_publication_tables/, [{ name: 'public.item' }])
    .on(/from pg_publication_rel r/, [])
    .on(/as digest/, [{ name: 'public.item', digest: 'a' }])
    .on(/synchronized_standby_slots/, [noStandby])
    .on(/has_database_privilege/, [{ may: true }])
    .on(/pg_timezone_names/, [{ own: 'Europe/Vienna', is_known: true, is_utc: false }])
    .on(/^explain execute/, [{ 'QUERY PLAN': 'x' }]);
});
afterEach(() => server.stop());

const replication = {
  slot: 'cartage',
  failover: true,
  publication: 'cartage',
  watched: [{ table: 'item', columns: ['id'] }],
};
const check = (more: Partial<ErpCheck> = {}) =>
  checkErp({ connection: server.connection, statements: [], ...more });
const codes = async (more: Partial<ErpCheck> = {}) =>
  (await check(more)).map(({ level, code }) => `${level} ${code}`);
/** Of one code. */
const said = async (code: string, more: Partial<ErpCheck> = {}) =>
  (await check(more)).filter((finding) => finding.code === code);

describe('a replica', () => {
  it.each([
    [true, 'ok erp.replica'],
    [false, 'fail erp.replica'],
  ])('must be a standby (%s)', async (standby, found) => {
    server.on(/pg_is_in_recovery/, [{ standby }]);
    expect(await codes({ isReplica: true })).toEqual([found]);
  });
});

describe('of a slot that standbys copy', () => {
  const standbys = { ...noStandby, standbys: 'one, two', awaited: 'one' };
  it.each<[string, object, boolean, string, string]>([
    ['all is set', {}, true, 'ok', 'may be copied by one, two'],
    ['the server knows no copies', { awaited: null }, true, 'ok', 'have no copy'],
    ['none is wanted', {}, false, 'ok', 'have no copy'],
    ['it is not asked for yet', { failover: false }, true, 'warn', 'is not one that standbys may copy'],
    [
      'changes are told that a standby lacks',
      { awaited: '' },
      true,
      'warn',
      'synchronized_standby_slots is empty',
    ],
    ['a standby does not tell what it needs', { silent: 'two' }, true, 'warn', 'Of two nothing tells'],
  ])('is told where %s', async (_what, row, failover, level, what) => {
    server.on(/synchronized_standby_slots/, [{ ...standbys, ...row }]);
    const found = await said('erp.failover', { replication: { ...replication, failover } });
    expect(found).toEqual([expect.objectContaining({ level, what: expect.stringContaining(what) })]);
  });

  const unset = { syncs: 'off', feedback: 'off', own_slot: '' };
  it.each<[string, object, string, string]>([
    ['is there', { is_ready: true }, 'ok', 'gone on from'],
    ['is not ready', { is_ready: false }, 'warn', 'until then'],
    [
      'is not there',
      { is_ready: null, ...unset },
      'warn',
      'sync_replication_slots is off, hot_standby_feedback is off, primary_slot_name is empty',
    ],
  ])('is looked for at the replica, where it %s', async (_what, row, level, why) => {
    server.on(/pg_is_in_recovery/, [{ standby: true }]);
    server.on(/as own_slot/, [{ syncs: 'on', feedback: 'on', own_slot: 'one', ...row }]);
    const copyOf = { slot: 'cartage', failover: true };
    const isReplica = true;
    expect(await said('erp.failover', { isReplica, copyOf })).toEqual([
      expect.objectContaining({ level, why: expect.stringContaining(why) }),
    ]);
    expect(await said('erp.failover', { isReplica, copyOf: { ...copyOf, failover: false } })).toEqual([]);
    server.on(/as own_slot/, [{ is_ready: null, ...unset, syncs: null }]);
    expect(await said('erp.failover', { isReplica, copyOf })).toEqual([]);
  });
});

describe('a database', () => {
  it('that is well is told so, and nothing is written', async () => {
    expect(await codes({ replication })).toEqual([
      'ok erp.reachable',
      'ok erp.version',
      'ok erp.standby',
      'ok erp.wal_level',
      'ok erp.encoding',
      'ok erp.slots',
      'ok erp.replication_right',
      'ok erp.slot_sight',
      'ok erp.slot_limit',
      'ok erp.identity',
      'ok erp.select_right',
      'ok erp.publication',
      'ok erp.slot',
    ]);
    expect(server.asked.slice(0, 2)).toEqual([
      'set statement_timeout = 10000',
      'set default_transaction_read_only = on',
    ]);
    await until(() => server.sockets.size === 0);
  });

  it('that is not reached, or refuses, is a finding', async () => {
    server.on(/pg_timezone_names/, refusal('42501'));
    expect(await codes({ days: { timezone: null, hasCalendar: true } })).toEqual([
      'ok erp.reachable',
      'fail erp.right_missing',
    ]);
    const { connection } = server;
    await server.stop();
    expect(await codes({ connection })).toEqual(['fail erp.unreachable']);
    server = await PostgresDouble.start();
  });

  it('that is too old is asked nothing more', async () => {
    server.on(/as version/, [{ ...healthy, version: 120_000 }]);
    expect(await codes({ replication })).toEqual(['ok erp.reachable', 'fail erp.version']);
  });

  it('needs a free slot only where ours is not among them', async () => {
    server.on(/pg_replication_slots s where/, []);
    expect(await said('erp.slots', { replication })).toMatchObject([{ level: 'fail' }]);
  });
});

it.each<[string, object | null, string]>([
  ['ok', null, 'does not exist yet'],
  ['fail', { ...slot, database: 'other' }, 'is not ours'],
  ['warn', { ...slot, wal_status: 'lost' }, 'has lost its log'],
  ['warn', { ...slot, wal_status: 'unreserved' }, 'about to lose'],
  ['warn', { ...slot, safe_wal_size: 2 ** 30 - 1 }, 'about to lose'],
  ['ok', { ...slot, safe_wal_size: 2 ** 30 }, 'nobody reads it'],
  ['ok', { ...slot, active_pid: 7 }, 'process 7 reads it'],
])('a slot is told to be %s: %j', async (level, state, words) => {
  server.on(/pg_replication_slots s where/, state === null ? [] : [{ slot: state }]);
  const [finding] = await said('erp.slot', { replication });
  expect(finding).toMatchObject({ level });
  expect(`${finding!.what} ${finding!.why}`).toContain(words);
});

describe('a watched table', () => {
  it('may be missing, and is asked nothing then', async () => {
    server.on(/from member m/, []).on(/row_security_active/, refusal('42P01'));
    const findings = await codes({ replication });
    expect(findings).toContain('fail erp.table');
    expect(findings.join()).not.toContain('select_right');
  });

  it.each([
    [{ ...read, may: false, hides: true }, 'fail erp.select_right'],
    [{ ...read, hides: true }, 'warn erp.row_security'],
  ])('may not be read, or not whole: %j', async (answer, finding) => {
    server.on(/row_security_active/, [answer]);
    expect(await codes({ replication })).toContain(finding);
    expect(server.values.find((values) => values.length === 2 && values[0] === '"public"."item"')).toEqual([
      '"public"."item"',
      'public',
    ]);
  });

  it.each([
    [true, 'warn'],
    [false, 'fail'],
  ])('is not published yet, and %s: whether we may', async (may, level) => {
    server.on(/has_database_privilege/, [{ may }]).on(/puballtables/, []);
    expect(await said('erp.publication', { replication })).toMatchObject([
      {
        level,
        what: 'There is no publication cartage yet',
        fix: expect.stringContaining('CREATE PUBLICATION'),
      },
    ]);
    server.on(/puballtables/, [{ all_tables: false, via_root: true }]);
    expect(await said('erp.publication', { replication })).toMatchObject([
      { level, what: expect.stringContaining('does not hold exactly') },
    ]);
  });
});

it.each<[string, string | null, boolean, object]>([
  ['fail', 'Nowhere', true, { is_known: false }],
  ['ok', 'Europe/Vienna', true, {}],
  ['warn', null, true, {}],
  ['ok', null, false, {}],
  ['ok', null, true, { is_utc: true }],
])('the day of the queries: %s for %s, a calendar: %s, %j', async (level, timezone, hasCalendar, more) => {
  server.on(/pg_timezone_names/, [{ own: 'Europe/Vienna', is_known: true, is_utc: false, ...more }]);
  expect(await said('erp.timezone', { days: { timezone, hasCalendar } })).toMatchObject([{ level }]);
});

describe('a statement', () => {
  const template = compileSql(
    'select * from p where id = any($keys) and at > $since;',
    {
      keys: null,
      since: null,
    },
    'x',
  );
  const statements = [{ where: 'streams.stock.query', template }];

  it('is prepared and explained, not run, in a transaction that is rolled back', async () => {
    expect(await codes({ statements })).toEqual(['ok erp.reachable', 'ok erp.sql']);
    expect(server.asked.slice(2)).toEqual([
      'begin read only',
      `prepare tried as ${template.text}`,
      'explain execute tried(null, null)',
      'rollback',
      'deallocate all',
    ]);
    await check({ statements: [{ where: 'x', template: compileSql('select 1', {}, 'x') }] });
    expect(server.asked).toContain('explain execute tried');
  });

  it.each([
    ['42703', 'fail erp.sql'],
    ['42501', 'fail erp.sql_right'],
  ])('is refused by %s: %s, and the next one is tried', async (code, finding) => {
    server.on(/^prepare/, () => (server.askedOf(/^prepare/).length === 1 ? refusal(code) : []));
    expect(await codes({ statements: [...statements, ...statements] })).toEqual([
      'ok erp.reachable',
      finding,
      'ok erp.sql',
    ]);
  });

  it('that loses its connection is no fault of its own', async () => {
    server.on(/^explain/, refusal('57P01'));
    expect(await codes({ statements })).toEqual(['ok erp.reachable', 'fail erp.unreachable']);
  });

  const [text, numeric, boolean] = [25, 1700, 16];
  const columns = { topic: 'erp.stock', keys: ['id'] };
  const given = (types: Record<string, number>) =>
    server.on(/^select \* from \(/, { columns: types }).on(/format_type/, [
      { oid: String(text), name: 'text' },
      { oid: String(numeric), name: 'numeric' },
      { oid: String(boolean), name: 'boolean' },
    ]);
  const ofColumns = async (types: Record<string, number>) => {
    given(types);
    const findings = await check({ statements: [{ ...statements[0]!, columns }] });
    return findings.slice(2).map(({ level, code, what, fix }) => [level, code, `${what} ${fix}`]);
  };

  it('gives what is read of its topic, asked for no row, without values', async () => {
    expect(
      await ofColumns({ id: text, source: text, sku: text, quantity: numeric, sellable: boolean }),
    ).toEqual([
      ['ok', 'erp.query_columns', expect.anything()],
      ['ok', 'erp.column_type', expect.anything()],
    ]);
    const at = server.asked.findIndex((sql) => sql.startsWith('select * from ('));
    expect([server.asked[at - 1], server.asked[at], server.values[at]]).toEqual([
      'begin read only',
      expect.stringMatching(/limit 0$/),
      [null, null],
    ]);
    expect(server.asked.at(-1)).toBe('rollback');
  });

  it('lacks columns, and gives some that nobody reads', async () => {
    expect(await ofColumns({ source: text, sku: text, quantty: numeric, sellabel: boolean })).toEqual([
      ['fail', 'erp.query_columns', expect.stringContaining('gives no id, quantity')],
      [
        'warn',
        'erp.query_columns',
        expect.stringMatching(/quantty, sellabel.*quantty could be quantity; sellabel could be sellable/),
      ],
    ]);
    expect(await ofColumns({ id: text, source: text, sku: text, quantity: numeric, zzz: text })).toEqual([
      ['warn', 'erp.query_columns', expect.stringContaining('zzz, which nobody reads')],
    ]);
  });

  it('gives them as what is not read', async () => {
    expect(
      await ofColumns({ id: text, source: boolean, sku: text, quantity: text, sellable: numeric }),
    ).toEqual([
      ['ok', 'erp.query_columns', expect.anything()],
      ['fail', 'erp.column_type', expect.stringContaining('source as boolean')],
      ['warn', 'erp.column_type', expect.stringContaining('quantity as text Give quantity::numeric')],
      ['fail', 'erp.column_type', expect.stringContaining('sellable as numeric')],
    ]);
  });
});
