/**
 * A commit can reach the log reader before new snapshots see it: the commit record is written first, and the
 * transaction leaves the list of running ones afterwards, after waiting for synchronous standbys if there are any.
 * A query in between would read the old value and hand it out as the newest. So a snapshot must be shown
 * to contain every transaction that made the keys dirty; otherwise it is given up and another one is taken.
 */

/** What a snapshot must contain. */
export interface Dirt {
  /** Transaction ids of the log, 32 bits as `pgoutput` sends them. */
  xids: readonly number[];
}

/** Inside the transaction whose snapshot is asked about: the transactions that it does not contain. */
export function missingFrom({ xids }: Dirt): string {
  return `select wide as xid from (
      select (${widened('xid', 'xmax')})::text as wide from unnest('{${[...new Set(xids)].join()}}'::bigint[]) xid,
        (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax) snapshot
    ) transactions where not pg_visible_in_snapshot(wide::xid8, pg_current_snapshot())`;
}

/**
 * A transaction id with its epoch. The log carries the lower 32 bits; of the 64-bit ids with these bits it is the one
 * nearest to the snapshot's, because ids of transactions in the log lie less than 2^31 away (the server itself
 * compares them so). Nearest, not next below: the commit that is held back may well lie above the snapshot.
 */
export function widened(xid: string, xmax: string): string {
  return `${xmax} + ((${xid} - ${xmax} + 2147483648) & 4294967295) - 2147483648`;
}
