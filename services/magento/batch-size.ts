import { Unavailable } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { LimitExceeded } from './rest/answers.ts';

const tooMuchMs = 60_000;

/**
 * Rows per request, learnt from the shop's answers. Time grows faster than the number of rows (indexing, an extension
 * that is asked for every order), and some shops limit a request to 20 items: so grow while answers are quick, halve
 * when they are slow or refused, down to one.
 */
export class BatchSize {
  #rows: number;
  /** What was too much is not tried again for a while. */
  #tooMuch = { rows: Infinity, until: 0 };
  #limit: number;
  readonly #targetMs: number;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(options: { initial: number; max: number; targetMs: number }, clock: Pick<Clock, 'now'>) {
    this.#limit = options.max;
    this.#rows = Math.min(options.initial, options.max);
    this.#targetMs = options.targetMs;
    this.#clock = clock;
  }

  get current(): number {
    return this.#rows;
  }

  /** Makes a request of so many rows, and learns from what becomes of it. */
  async request<Answer>(rows: number, send: () => Promise<Answer>): Promise<Answer> {
    const startedAt = this.#clock.now();
    try {
      const answer = await send();
      this.#answered(rows, this.#clock.now() - startedAt);
      return answer;
    } catch (error) {
      if (error instanceof LimitExceeded) this.#limitTo(error.maxItems);
      // A refused signature tells nothing of how much is too much.
      else if (error instanceof Unavailable && !error.needsOperator) this.#shrink(rows);
      throw error;
    }
  }

  #answered(rows: number, durationMs: number): void {
    if (durationMs > this.#targetMs) this.#shrink(rows);
    else if (rows >= this.#rows && durationMs < this.#targetMs / 2) this.#grow();
  }

  #grow(): void {
    const { rows, until } = this.#tooMuch;
    const ceiling = this.#clock.now() < until ? Math.max(1, rows - 1) : Infinity;
    const grown = Math.max(this.#rows + 1, Math.ceil(this.#rows * 1.5));
    this.#rows = Math.min(this.#limit, ceiling, grown);
  }

  /** The shop said how many it takes; remembered for as long as the process runs. */
  #limitTo(rows: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, rows));
    this.#rows = Math.min(this.#rows, this.#limit);
  }

  /** Requests that were sent at one size and fail together halve it once; those that were small anyhow tell nothing. */
  #shrink(rows: number): void {
    if (rows <= this.#rows / 2) return;
    this.#tooMuch = { rows, until: this.#clock.now() + tooMuchMs };
    this.#rows = Math.max(1, Math.min(this.#rows, Math.floor(rows / 2)));
  }
}
