/**
 * A commit can reach the log reader before new snapshots see it: the commit record is written first, and the
 * transaction leaves the list of running ones afterwards, after waiting for synchronous standbys if there are any.
 * A query in between would read the old value and hand it out as the newest. So a snapshot must be shown
 * to contain every transaction that made the keys dirty; otherwise it is given up and another one is taken.
 */
import type pg from 'pg';

/** What a snapshot must contain. */
export interface Dirt {
  /** Transaction ids of the log, 32 bits as `pgoutput` sends them. */
  xids: readonly number[];
}

export const noDirt: Dirt = { xids: [] };

/**
 * A transaction id with its epoch. The log carries the lower 32 bits; of the 64-bit ids with these bits it is the one
 * nearest to the snapshot's, because ids of transactions in the log lie less than 2^31 away (the server itself
 * compares them so). Nearest, not next below: the commit that is held back may well lie above the snapshot.
 */
export function widenXid(xid: number, snapshotXmax: bigint): bigint {
  return snapshotXmax + BigInt.asIntN(32, BigInt(xid) - snapshotXmax);
}

/** Inside the transaction whose snapshot is asked about. @returns what it does not contain, in words; null when it contains all. */
export async function missingFrom(client: pg.ClientBase, dirt: Dirt): Promise<string | null> {
  if (dirt.xids.length === 0) return null;
  const xmax = await client.query<{ xmax: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as xmax',
  );
  const snapshotXmax = BigInt(xmax.rows[0]!.xmax);
  const wide = [...new Set(dirt.xids)].map((xid) => widenXid(xid, snapshotXmax).toString());
  const unseen = await client.query<{ xid: string }>(
    `select xid from unnest($1::text[]) xid where not pg_visible_in_snapshot(xid::xid8, pg_current_snapshot())`,
    [wide],
  );
  if (unseen.rows.length === 0) return null;
  return `transaction ${unseen.rows.map((row) => row.xid).join(', ')}`;
}
