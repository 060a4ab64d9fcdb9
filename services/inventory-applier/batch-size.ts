/**
 * Rows per request, learnt from the shop's answers. Time grows faster than the number of rows (indexing), and some
 * shops limit a request to 20 items: so begin low, grow while answers are quick, halve when they are slow or refused.
 */
export class BatchSize {
  #rows: number;
  #limit: number;
  readonly #targetMs: number;

  constructor(options: { initial: number; max: number; targetMs: number }) {
    this.#limit = options.max;
    this.#rows = Math.min(options.initial, options.max);
    this.#targetMs = options.targetMs;
  }

  get current(): number {
    return this.#rows;
  }

  /** A request of `sent` rows was answered. */
  answered(sent: number, durationMs: number): void {
    if (durationMs > this.#targetMs) this.#shrink();
    else if (sent >= this.#rows && durationMs < this.#targetMs / 2)
      this.#rows = Math.min(this.#limit, Math.max(this.#rows + 1, Math.ceil(this.#rows * 1.5)));
  }

  /** No answer in time. */
  failed(): void {
    this.#shrink();
  }

  /** The shop said how many it takes; remembered for as long as the process runs. */
  limitedTo(rows: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, rows));
    this.#rows = Math.min(this.#rows, this.#limit);
  }

  #shrink(): void {
    this.#rows = Math.max(1, Math.floor(this.#rows / 2));
  }
}
