/** Slots that lie about on the ERP's server: each that nobody reads keeps its log until the disk is full. */
import { Rejected } from '../platform/errors.ts';
import { openPool } from './pool.ts';
import type { ErpConnection, ErpPool } from './pool.ts';
import { dropSlot, slotName } from './replication/slot.ts';
import { unavailable } from './sqlstate.ts';

export interface ListedSlot {
  name: string;
  /** Null of a physical one. */
  database: string | null;
  plugin: string | null;
  isRead: boolean;
  /** Log that the server keeps for it; null when none can be kept any more. */
  retainedBytes: number | null;
  /** The part of it that its reader has not confirmed; null of a physical one. */
  unreadBytes: number | null;
  /**
   * When the oldest transaction began that still writes to its database, epoch milliseconds: log is kept from there on, and
   * none of it is told before its end. Null where there is none, or the role may not see whose it is (pg_read_all_stats).
   */
  openSince: number | null;
  /** Whether standbys may keep a copy of it; null before PostgreSQL 17, and of a physical one. */
  failover: boolean | null;
  /** `configured` is ours; `read` somebody's; `foreign` of another kind or database; `unused` may be dropped. */
  use: 'configured' | 'read' | 'foreign' | 'unused';
}

/** All of the server, by name. @throws Unavailable */
export function listSlots(connection: ErpConnection, configured: string): Promise<ListedSlot[]> {
  return withPool(connection, async (pool) => {
    const { rows } = await pool.query<Omit<ListedSlot, 'use'> & { isHere: boolean }>(
      `select slot_name as name, database, plugin, active as "isRead", database = current_database() as "isHere",
              pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 as "retainedBytes",
              pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::float8 as "unreadBytes",
              (select (1000 * extract(epoch from min(xact_start)))::float8 from pg_catalog.pg_stat_activity
                where datname = database and backend_xid is not null and backend_type = 'client backend')
                as "openSince",
              case when slot_type = 'logical' then (to_jsonb(s) ->> 'failover')::boolean end as failover
         from pg_catalog.pg_replication_slots s order by slot_name`,
    );
    return rows.map(({ isHere, ...slot }) => ({ ...slot, use: useOf(slot, isHere, configured) }));
  });
}

function useOf(slot: Omit<ListedSlot, 'use'>, isHere: boolean, configured: string): ListedSlot['use'] {
  if (slot.plugin !== 'pgoutput' || !isHere) return 'foreign';
  if (slot.name === configured) return 'configured';
  return slot.isRead ? 'read' : 'unused';
}

/** @throws {Rejected} unless it is there and nobody uses it; Unavailable */
export async function dropUnusedSlot(
  connection: ErpConnection,
  configured: string,
  name: string,
  dryRun: boolean,
): Promise<ListedSlot> {
  const slots = await listSlots(connection, configured);
  const slot = slots.find((one) => one.name === name);
  if (slot?.use !== 'unused') throw notToBeDropped(name, slot);
  if (!dryRun) await withPool(connection, (pool) => dropSlot(pool, slotName(name)));
  return slot;
}

const refusals: Record<Exclude<ListedSlot['use'], 'unused'>, string> = {
  configured: 'it is the one of erp.slot: without it everything would be loaded anew',
  read: 'somebody reads it now',
  foreign: 'it is of another database, or none of pgoutput',
};

function notToBeDropped(name: string, slot: ListedSlot | undefined): Rejected {
  return new Rejected({
    code: 'slots.in_use',
    what: slot === undefined ? `There is no slot "${name}"` : `Slot "${name}" is not dropped`,
    ...(slot !== undefined && slot.use !== 'unused' && { why: refusals[slot.use] }),
    fix: 'See `cartage slots`: only an unused one is dropped',
  });
}

async function withPool<Result>(
  connection: ErpConnection,
  work: (pool: ErpPool) => Promise<Result>,
): Promise<Result> {
  const pool = openPool({ ...connection, max: 1 });
  try {
    return await work(pool);
  } catch (error) {
    throw unavailable('The replication slots of the ERP database could not be read', error);
  } finally {
    await pool.end();
  }
}
