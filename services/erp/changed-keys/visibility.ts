/**
 * A commit can reach the log reader before new snapshots see it: the commit record is written first, and the
 * transaction leaves the list of running ones afterwards, after waiting for synchronous standbys if there are any.
 * A query in between would read the old value and hand it out as the newest. So a snapshot must be shown
 * to contain every transaction that made the keys dirty; otherwise it is given up and another one is taken.
 */
import type pg from 'pg';
import { formatLsn } from '../replication/lsn.ts';
import type { Lsn } from '../replication/lsn.ts';

/** What a snapshot must contain. */
export interface Dirt {
  /** Transaction ids of the log, 32 bits as `pgoutput` sends them. */
  xids: readonly number[];
  /** Where the commit record of the newest of them begins: `commitLsn` of the log. Decides on a standby only. */
  endLsn: Lsn;
}

export const noDirt: Dirt = { xids: [], endLsn: 0n };

/**
 * A transaction id with its epoch. The log carries the lower 32 bits; of the 64-bit ids with these bits it is the one
 * nearest to the snapshot's, because ids of transactions in the log lie less than 2^31 away (the server itself
 * compares them so). Nearest, not next below: the commit that is held back may well lie above the snapshot.
 */
export function widenXid(xid: number, snapshotXmax: bigint): bigint {
  return snapshotXmax + BigInt.asIntN(32, BigInt(xid) - snapshotXmax);
}

/** Inside the transaction whose snapshot is asked about. @returns what it does not contain, in words; null when it contains all. */
export async function missingFrom(
  client: pg.ClientBase,
  dirt: Dirt,
  position: SnapshotPosition,
): Promise<string | null> {
  if (position.isStandby) {
    // A standby's snapshot does not list its running transactions. But there a commit becomes visible before the
    // replay position moves past its record, so a position behind the record's beginning is the proof.
    if (dirt.xids.length === 0 || position.lsn > dirt.endLsn) return null;
    return `the log beyond ${formatLsn(dirt.endLsn)}, while this standby has replayed to ${formatLsn(position.lsn)}`;
  }
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

export interface SnapshotPosition {
  lsn: Lsn;
  isStandby: boolean;
}
