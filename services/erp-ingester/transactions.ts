/** One transaction of the source, until all the keys it made dirty are published. */
export class OpenTransaction {
  /** Set when its last part was read. */
  end: string | null = null;
  /** The one read after it. */
  next: OpenTransaction | null = null;
  #outstanding = 0;
  readonly #all: OpenTransactions;

  constructor(all: OpenTransactions) {
    this.#all = all;
  }

  get isDone(): boolean {
    return this.end !== null && this.#outstanding === 0;
  }

  /**
   * One more key has to be published, or kept elsewhere, before it may be acknowledged.
   * @param weight how many it counts for.
   */
  hold(weight = 1): void {
    this.#outstanding += weight;
    this.#all.outstanding += weight;
  }

  /** One of them is. */
  release(weight = 1): void {
    this.#outstanding -= weight;
    this.#all.outstanding -= weight;
    if (this.isDone) this.#all.advance();
  }
}

/**
 * The transactions that were read and not yet acknowledged, in the order of the source. The position to acknowledge is
 * the end of the last one before which nothing is outstanding: acknowledging later ones would lose the earlier.
 */
export class OpenTransactions {
  /** Weight of the keys whose answer is not published; a key counts once for each transaction. */
  outstanding = 0;
  /** A chain: of a set whose first members were taken out, each look at the first one goes over the holes of all those. */
  #first: OpenTransaction | null = null;
  #last: OpenTransaction | null = null;
  readonly #onProgress: (end: string) => void;

  constructor(onProgress: (end: string) => void) {
    this.#onProgress = onProgress;
  }

  begin(): OpenTransaction {
    const transaction = new OpenTransaction(this);
    if (this.#last === null) this.#first = transaction;
    else this.#last.next = transaction;
    this.#last = transaction;
    return transaction;
  }

  /** All its changes were read. */
  ended(transaction: OpenTransaction, end: string): void {
    transaction.end = end;
    this.advance();
  }

  /** Of the transactions, when they have come further. */
  advance(): void {
    let reached: string | null = null;
    for (; this.#first?.isDone; this.#first = this.#first.next) reached = this.#first.end;
    if (this.#first === null) this.#last = null;
    if (reached !== null) this.#onProgress(reached);
  }
}
