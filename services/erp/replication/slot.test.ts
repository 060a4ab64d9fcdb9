/** Real: the driver. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPool } from '../pool.ts';
import type { ErpPool } from '../pool.ts';
import { PostgresDouble, refusal } from '../testing/postgres-double.ts';
import { until } from '../testing/until.ts';
import { slotLag } from './slot-lag.ts';
import { createSlot, dropSlot, inspectSlot, runningTransactions, slotName } from './slot.ts';

let server: PostgresDouble;
let pool: ErpPool;
beforeEach(async () => {
  server = await PostgresDouble.start();
  pool = openPool({ ...server.connection, max: 1 });
});
afterEach(async () => {
  await pool.end();
  await server.stop();
});

it.each(['', 'Cartage', 'a-b', 'a'.repeat(64), `a'b`])('%j is no name of a slot', (name) => {
  expect(() => slotName(name)).toThrow('[replication.slot_name]');
  expect(slotName('a'.repeat(63))).toHaveLength(63);
});

describe('a slot as it stands', () => {
  const ours = { plugin: 'pgoutput', database: 'erp', here: 'erp', wal_status: 'reserved' };
  const stateOf = async (slot: object) => {
    server.on(/pg_replication_slots/, [{ slot: { ...ours, ...slot } }]);
    return inspectSlot(pool, 'cartage');
  };

  it('is there or not', async () => {
    server.on(/slot_name = 'cartage'/, []);
    expect(await inspectSlot(pool, 'cartage')).toBeNull();
    expect(
      await stateOf({ active_pid: 7, confirmed_flush_lsn: '1/2', safe_wal_size: 9_007_199_254_740_992 }),
    ).toEqual({
      foreign: null,
      activePid: 7,
      confirmedLsn: (1n << 32n) + 2n,
      walStatus: 'reserved',
      safeWalSizeBytes: 9_007_199_254_740_992n,
      lost: false,
      reason: null,
      failover: null,
    });
    expect(await stateOf({ active_pid: null, confirmed_flush_lsn: null, safe_wal_size: null })).toMatchObject(
      {
        activePid: null,
        confirmedLsn: null,
        safeWalSizeBytes: null,
      },
    );
  });

  it.each([true, false])('may have copies at standbys, or not: %s', async (failover) => {
    expect(await stateOf({ failover })).toMatchObject({ failover });
  });

  it.each([
    [{ wal_status: 'lost' }, null],
    [{ invalidation_reason: 'wal_removed' }, 'wal_removed'],
    [{ conflicting: true }, null],
  ])('is lost: %j', async (slot, reason) => {
    expect(await stateOf(slot)).toMatchObject({ lost: true, reason });
  });

  it.each([
    [{ plugin: 'wal2json' }, 'it was made for wal2json, not for pgoutput'],
    [{ plugin: null }, 'it was made for a physical standby, not for pgoutput'],
    [{ database: 'other' }, 'it belongs to the database other'],
  ])('is none of ours: %j', async (slot, foreign) => {
    expect(await stateOf(slot)).toMatchObject({ foreign, lost: false });
  });

  it('holds back log, and lags behind', async () => {
    const lagOf = (retained: number | null, unconfirmed: number | null) => {
      server.on(/pg_wal_lsn_diff/, [{ retained, unconfirmed }]);
      return slotLag(pool, 'cartage');
    };
    expect(await lagOf(71, 5)).toEqual({ retainedBytes: 71, unconfirmedBytes: 5 });
    expect([await lagOf(null, 5), await lagOf(71, null)]).toEqual([null, null]);
    server.on(/pg_wal_lsn_diff/, []);
    expect(await slotLag(pool, 'cartage')).toBeNull();
    await expect(slotLag(pool, `a'b`)).rejects.toThrow('[replication.slot_name]');
  });
});

describe('a slot that is created', () => {
  /** Transactions that are seen to run, look by look. */
  const running = (...looks: string[][]) =>
    server
      .on(/pg_current_xact_id/, [{}])
      .on(/pg_snapshot_xip/, [{ xids: looks[0]! }])
      .on(/pg_visible_in_snapshot/, () => [{ xids: looks.splice(1, 1)[0]! }]);
  const created = () =>
    server.on(/pg_create_logical_replication_slot/, [{ lsn: '0/2A' }]).on(/pg_drop_replication_slot/, 1);
  const dropped = () => server.askedOf(/pg_drop_replication_slot/).length;

  it('has its position, on a connection that is not used again', async () => {
    created();
    running([]);
    expect(await createSlot(pool, 'cartage', { withinMs: 5_000.4 })).toBe(42n);
    expect(server.asked[0]).toBe('set statement_timeout = 5000');
    expect(server.values.find((values) => values.length > 0)).toEqual(['cartage']);
    await until(() => server.sockets.size === 0);
    expect(dropped()).toBe(0);
  });

  it('waits for what was running', async () => {
    created();
    running(['7', '8'], ['8'], []);
    expect(await createSlot(pool, 'cartage')).toBe(42n);
    expect(server.askedOf(/pg_visible_in_snapshot/)).toHaveLength(2);
    const asked = server.values[server.asked.findLastIndex((sql) => sql.includes('pg_visible'))];
    expect(asked).toEqual(['{"8"}']);
  });

  it('does not stay where that goes on', async () => {
    created();
    running(['7'], ...Array.from({ length: 9 }, () => ['7']));
    const creating = createSlot(pool, 'cartage', { withinMs: 30 });
    await expect(creating).rejects.toMatchObject({ fault: { code: 'replication.open_transactions' } });
    expect([dropped(), server.askedOf(/pg_visible/).length]).toEqual([1, 4]);
    await until(() => server.sockets.size === 0);
  });

  it.each([
    ['57014', 'replication.open_transactions'],
    ['53400', 'erp.resources_exhausted'],
  ])('is refused by %s: %s, and none is dropped that was not made', async (code, fault) => {
    server.on(/pg_create_logical_replication_slot/, refusal(code));
    await expect(createSlot(pool, 'cartage')).rejects.toMatchObject({ fault: { code: fault } });
    expect(dropped()).toBe(0);
    await expect(createSlot(pool, 'Cartage')).rejects.toThrow('[replication.slot_name]');
  });

  it('needs a database', async () => {
    await server.stop();
    await expect(createSlot(pool, 'cartage')).rejects.toMatchObject({
      fault: { code: 'erp.unreachable', what: expect.stringContaining('asked for a replication slot') },
    });
    server = await PostgresDouble.start();
  });

  it('knows what runs only after a transaction of its own', async () => {
    running(['7']);
    expect(await runningTransactions(pool)).toEqual(['7']);
    expect(server.asked.map((sql) => sql.split(' ')[0])).toEqual(['begin', 'select', 'rollback', 'select']);
  });
});

it('a slot is dropped where it is', async () => {
  server.on(/pg_drop_replication_slot/, [{ pg_drop_replication_slot: '' }]);
  expect(await dropSlot(pool, 'cartage')).toBe(true);
  server.on(/pg_drop_replication_slot/, []);
  expect(await dropSlot(pool, 'cartage')).toBe(false);
  server.on(/pg_drop_replication_slot/, refusal('55006'));
  await expect(dropSlot(pool, 'cartage')).rejects.toMatchObject({
    name: 'Unavailable',
    fault: { what: expect.stringContaining('could not be dropped') },
  });
});
