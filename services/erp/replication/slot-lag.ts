import { queryRows } from '../values.ts';
import { slotName } from './slot.ts';
import type { Database } from './slot.ts';

export interface SlotLag {
  /**
   * Log that the server keeps on its disk for the slot. More than the lag: it begins at the oldest transaction that was
   * open when the confirmed position was written.
   */
  retainedBytes: number;
  /** Log after the position that the slot's reader has confirmed. */
  unconfirmedBytes: number;
}

/** A server that does not answer for so long is one that cannot be asked. */
const queryTimeoutMs = 5_000;

/**
 * As the database sees it, whoever reads the slot and whether anybody does. Null when there is no such slot, or nothing
 * is kept for it any more. Throws what `pg` throws.
 */
export async function slotLag(database: Database, name: string): Promise<SlotLag | null> {
  const text = `
    select pg_wal_lsn_diff(written, restart_lsn)::float8 as retained,
           pg_wal_lsn_diff(written, confirmed_flush_lsn)::float8 as unconfirmed
    from pg_catalog.pg_replication_slots, (select pg_current_wal_lsn()) at (written)
    where slot_name = $1`;
  const [row] = await queryRows(database, { text, values: [slotName(name)], timeoutMs: queryTimeoutMs });
  if (row === undefined || row.retained === null || row.unconfirmed === null) return null;
  return { retainedBytes: Number(row.retained), unconfirmedBytes: Number(row.unconfirmed) };
}
