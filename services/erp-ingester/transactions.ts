/** One transaction of the source, until all the keys it made dirty are published. */
export interface OpenTransaction {
  outstanding: number;
  /** Set when its last part was read. */
  end: string | null;
}

/**
 * The transactions that were read and not yet acknowledged, in the order of the source. The position to acknowledge is
 * the end of the last one before which nothing is outstanding: acknowledging later ones would lose the earlier.
 */
export class OpenTransactions {
  readonly #open = new Set<OpenTransaction>();
  readonly #onProgress: (end: string) => void;

  constructor(onProgress: (end: string) => void) {
    this.#onProgress = onProgress;
  }

  begin(): OpenTransaction {
    const transaction: OpenTransaction = { outstanding: 0, end: null };
    this.#open.add(transaction);
    return transaction;
  }

  /** All its changes were read. */
  ended(transaction: OpenTransaction, end: string): void {
    transaction.end = end;
    this.#advance();
  }

  /** One of the keys it made dirty is published. */
  answered(transaction: OpenTransaction): void {
    transaction.outstanding -= 1;
    this.#advance();
  }

  #advance(): void {
    let reached: string | null = null;
    for (const transaction of this.#open) {
      if (transaction.end === null || transaction.outstanding > 0) break;
      reached = transaction.end;
      this.#open.delete(transaction);
    }
    if (reached !== null) this.#onProgress(reached);
  }
}
