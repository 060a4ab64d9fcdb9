import { formatLsn, laterLsn, parseLsn } from '../../replication/lsn.ts';
import type { Lsn } from '../../replication/lsn.ts';

/** A transaction of the log, as no other is called: where it ends, and its id. */
export interface Witness {
  endLsn: Lsn;
  xid: number;
}

/**
 * How far everything is published, and the last transaction up to there of which anything was. In the cursor it is
 * `16/B374D848 after 742@16/B374D000`.
 */
export interface LogPlace {
  lsn: Lsn;
  /** Null where nothing was published yet. */
  witness: Witness | null;
}

const separator = ' after ';

/** @throws TypeError when the text is no place in a log. */
export function parsePlace(text: string): LogPlace {
  const [lsn, told] = text.split(separator);
  if (told === undefined) return { lsn: parseLsn(lsn!), witness: null };
  const [xid, endLsn] = told.split('@');
  return { lsn: parseLsn(lsn!), witness: { xid: Number(xid), endLsn: parseLsn(endLsn ?? '') } };
}

export function formatPlace({ lsn, witness }: LogPlace): string {
  const told = witness === null ? '' : `${separator}${witness.xid}@${formatLsn(witness.endLsn)}`;
  return `${formatLsn(lsn)}${told}`;
}

export function laterPlace(one: LogPlace, other: LogPlace): LogPlace {
  const [first, second] = [one.witness, other.witness];
  const isLater = second !== null && (first === null || second.endLsn > first.endLsn);
  return { lsn: laterLsn(one.lsn, other.lsn), witness: isLater ? second : first };
}
