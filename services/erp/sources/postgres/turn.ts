/**
 * Whether the log goes on where the cursor stands, also after a standby has taken over. Its log is the old one up to where
 * its timeline turned off. What was read, and what any answer has shown, must lie before that: an answer shows more than
 * was read, also commits that the standby never got, and nothing would ever say again that they are not true.
 */
import type { SystemIdentity } from '../../replication/log.ts';
import { formatLsn, laterLsn, parseLsn } from '../../replication/lsn.ts';
import type { Lsn } from '../../replication/lsn.ts';
import type { Place } from '../change-source.ts';
import { parsePlace } from './log-place.ts';

/** The furthest that an answer may have shown of the log, by whatever session of this process. */
export class SeenLog {
  #to: Lsn = 0n;

  note(to: Lsn): void {
    this.#to = laterLsn(this.#to, to);
  }

  /** Of another history nothing was seen. */
  forget(): void {
    this.#to = 0n;
  }

  get to(): Lsn {
    return this.#to;
  }
}

/** With the timeline: of each the positions are other ones. */
export function systemIdOf({ systemId, timeline }: SystemIdentity): string {
  return `${systemId}/${timeline}`;
}

/**
 * Why the log is not that of the place; null: it goes on.
 * @param seenTo by this process, since the place was kept.
 */
export function replacement(known: Place, system: SystemIdentity, seenTo: Lsn): string | null {
  const { lsn } = parsePlace(known.position);
  if (known.systemId === systemIdOf(system))
    return lsn > system.walEnd ? 'the log of the ERP database ends before the cursor' : null;
  const [systemId, timeline] = known.systemId.split('/');
  const turnedAt = systemId === system.systemId ? system.ancestors.get(Number(timeline)) : undefined;
  if (turnedAt === undefined) return 'the ERP database is another one than before, or was restored';
  if (known.seenTo != null && laterLsn(laterLsn(lsn, parseLsn(known.seenTo)), seenTo) <= turnedAt)
    return null;
  return `a standby took over that may lack what was seen of the ERP database after ${formatLsn(turnedAt)}`;
}
