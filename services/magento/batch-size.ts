import { Unavailable } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { notingWait } from '../platform/http/turn-wait.ts';
import { CostModel } from './cost-model.ts';
import { LimitExceeded } from './rest/answers.ts';

const tooMuchMs = 60_000;
/** Never so many times more rows at once than were seen to go well: time may grow faster than their number. */
const stepMax = 2;

/**
 * Rows per request, learnt from the shop's answers. What the rows of a request may take is `targetMs`, and what the request
 * takes whatever it holds counts against that only as long as it leaves something: on a shop that takes three seconds for
 * any request, fewer rows would only be more requests. Where the answers do not tell yet what a row costs, another size is
 * tried, the smaller one first. What is refused or not answered is halved, down to one; some shops limit a request to 20.
 */
export class BatchSize {
  #rows: number;
  /** What was too much is not tried again for a while. */
  #tooMuch = { rows: Infinity, until: 0 };
  #limit: number;
  readonly #targetMs: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #model = new CostModel();

  constructor(options: { initial: number; max: number; targetMs: number }, clock: Pick<Clock, 'now'>) {
    this.#limit = options.max;
    this.#rows = Math.min(options.initial, options.max);
    this.#targetMs = options.targetMs;
    this.#clock = clock;
  }

  get current(): number {
    return this.#rows;
  }

  /** Makes a request of so many rows, and learns from what becomes of it, and how long that took from its turn on. */
  async request<Answer>(rows: number, send: () => Promise<Answer>): Promise<Answer> {
    const startedAt = this.#clock.now();
    const wait = { ms: 0, waiting: 0 };
    try {
      const answer = await notingWait(wait, send);
      this.#answered(rows, Math.max(0, this.#clock.now() - startedAt - wait.ms));
      return answer;
    } catch (error) {
      if (error instanceof LimitExceeded) this.#limitTo(error.maxItems);
      // A refused signature tells nothing of how much is too much, nor does a call whose turn never came.
      else if (error instanceof Unavailable && !error.needsOperator && wait.waiting === 0) this.#failed(rows);
      throw error;
    }
  }

  #answered(rows: number, durationMs: number): void {
    this.#model.add(rows, durationMs);
    const wanted = this.#fitting();
    if (wanted !== null) this.#set(Math.min(wanted, stepMax * this.#model.rowsSeen));
    // Only requests of the size that is asked for tell of it.
    else if (rows <= this.#rows / 2) return;
    else if (durationMs > this.#targetMs) this.#set(rows === 1 ? 2 : Math.floor(rows / 2));
    else if (rows >= this.#rows && durationMs < this.#targetMs / 2) this.#set(Math.ceil(rows * 1.5));
  }

  /** How many rows may be in a request by what they cost; null while that is not known. */
  #fitting(): number | null {
    const cost = this.#model.cost();
    if (cost === null) return null;
    const { fixedMs, perRowMs } = cost;
    const forRowsMs = Math.max(this.#targetMs - fixedMs, Math.min(fixedMs, this.#targetMs));
    return Math.floor(forRowsMs / perRowMs);
  }

  #set(rows: number): void {
    const { rows: tooMuch, until } = this.#tooMuch;
    const ceiling = this.#clock.now() < until ? tooMuch - 1 : Infinity;
    this.#rows = Math.max(1, Math.min(rows, this.#limit, ceiling));
  }

  /** The shop said how many it takes; remembered for as long as the process runs. */
  #limitTo(rows: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, rows));
    this.#rows = Math.min(this.#rows, this.#limit);
  }

  /** Requests that were sent at one size and fail together halve it once; those that were small anyhow tell nothing. */
  #failed(rows: number): void {
    if (rows <= this.#rows / 2) return;
    this.#model.forget();
    this.#tooMuch = { rows, until: this.#clock.now() + tooMuchMs };
    this.#rows = Math.max(1, Math.min(this.#rows, Math.floor(rows / 2)));
  }
}
