import { ChangesLost } from '../change-source.ts';
import { formatLsn } from '../../replication/lsn.ts';
import type { Lsn } from '../../replication/lsn.ts';
import type { Witness } from './log-place.ts';

/**
 * Whether the log is still that of the cursor. A server that is set back to what it was (a snapshot of its machine, its
 * files copied back) has the id, the timeline and the slot that it had, and soon writes beyond where it was read to. But
 * its slot stands where it stood then, so the last transaction that was published must come again, as it also does after
 * a server that crashed. Where another is in its place, what was published since is of a history that is no more.
 */
export class History {
  /** Not come yet. */
  #missing: Witness | null;

  /** @param confirmed where the slot stands: what lies before does not come again. */
  constructor(witness: Witness | null, confirmed: Lsn) {
    this.#missing = witness !== null && witness.endLsn > confirmed ? witness : null;
  }

  /** @throws ChangesLost when it comes in the place of another. */
  read({ xid, commitLsn, endLsn }: { xid: number; commitLsn: Lsn; endLsn: Lsn | null }): void {
    if (this.#missing === null) return;
    if (endLsn === this.#missing.endLsn && xid === this.#missing.xid) this.#missing = null;
    else if (this.isOver(commitLsn)) throw historyLost(this.#missing);
  }

  /** All up to there was told, and what must have come did not. */
  isOver(reached: Lsn): boolean {
    return this.#missing !== null && reached >= this.#missing.endLsn;
  }
}

function historyLost({ xid, endLsn }: Witness): ChangesLost {
  return new ChangesLost({
    code: 'erp.set_back',
    what: 'The ERP database was set back to what it was before',
    why: `transaction ${xid}, which ended at ${formatLsn(endLsn)} and was published, is not in its log any more`,
    fix: 'Nothing is to be done: all keys are asked anew, under a higher epoch',
  });
}
