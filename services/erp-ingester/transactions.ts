import type { Lsn } from '../erp/replication/lsn.ts';

/** One transaction of the log, until all the keys it made dirty are published. */
export interface OpenTransaction {
  readonly xid: number;
  outstanding: number;
  /** Set when its last part was read. */
  endLsn: Lsn | null;
}

/**
 * The transactions that were read and not yet acknowledged, in the order of the log. The position to acknowledge is
 * the end of the last one before which nothing is outstanding: acknowledging later ones would lose the earlier.
 */
export class OpenTransactions {
  readonly #open = new Set<OpenTransaction>();
  readonly #onProgress: (endLsn: Lsn) => void;

  constructor(onProgress: (endLsn: Lsn) => void) {
    this.#onProgress = onProgress;
  }

  begin(xid: number): OpenTransaction {
    const transaction: OpenTransaction = { xid, outstanding: 0, endLsn: null };
    this.#open.add(transaction);
    return transaction;
  }

  /** All its changes were read. */
  ended(transaction: OpenTransaction, endLsn: Lsn): void {
    transaction.endLsn = endLsn;
    this.#advance();
  }

  /** One of the keys it made dirty is published. */
  answered(transaction: OpenTransaction): void {
    transaction.outstanding -= 1;
    this.#advance();
  }

  #advance(): void {
    let reached: Lsn | null = null;
    for (const transaction of this.#open) {
      if (transaction.endLsn === null || transaction.outstanding > 0) break;
      reached = transaction.endLsn;
      this.#open.delete(transaction);
    }
    if (reached !== null) this.#onProgress(reached);
  }
}
