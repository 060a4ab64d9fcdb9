import { Unavailable } from '../platform/errors.ts';
import type { Handled } from '../platform/flow/outcome/outcome.ts';
import type { BatchResult } from '../platform/flow/states/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';

/** After so many calls of a batch in a row that found the shop unavailable, its others do not knock any more. */
const failuresInRowMax = 3;

/**
 * Handles records of a batch each by itself: what one throws is its own result. Over all batches no more are at it than
 * the shop bears at once, because a call that waits for a connection waits within its own deadline.
 */
export class SideBySide {
  readonly #atOnce: () => number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: () => number) {
    this.#atOnce = atOnce;
  }

  async each<Value>(
    records: readonly Received<Value>[],
    handle: (record: Received<Value>) => Promise<Handled>,
  ): Promise<BatchResult<Value>> {
    const results: BatchResult<Value> = new Map();
    let failuresInRow = 0;
    // One error for all that are put off: to the breaker it is one call.
    let putOff: Unavailable | null = null;
    const run = async (record: Received<Value>) => {
      await this.#begin();
      try {
        results.set(record, putOff ?? (await handle(record)));
        failuresInRow = 0;
      } catch (error) {
        results.set(record, error instanceof Error ? error : new Error(String(error)));
        if (!(error instanceof Unavailable) || error.notYet) return;
        failuresInRow += 1;
        if (failuresInRow >= failuresInRowMax) putOff ??= untried(error);
      } finally {
        this.#end();
      }
    };
    await Promise.all(records.map(run));
    return results;
  }

  async #begin(): Promise<void> {
    while (this.#running >= this.#atOnce()) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
  }

  #end(): void {
    this.#running -= 1;
    this.#waiting.shift()?.();
  }
}

/** Said of a record for which nothing was begun: nothing is in doubt, and it is not suspected. */
function untried({ fault, retryAfterMs, needsOperator }: Unavailable): Unavailable {
  return new Unavailable(fault, { needsOperator, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
