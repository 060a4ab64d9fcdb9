import { Rejected, Unavailable, messageOf } from '../platform/errors.ts';
import type { Fault } from '../platform/errors.ts';
import { backOffMs } from '../platform/flow/outcome/policy.ts';
import type { FlowContext } from '../platform/flow/context.ts';

export interface LaneOptions {
  stream: string;
  /** What it failed to do, to stand in the log. */
  failed: string;
  context: FlowContext;
  /** Resolves when there is something to do, or the signal fires. */
  wait: (signal: AbortSignal) => Promise<void>;
  /** Does some of it. What it could not do stays to be done. */
  step: (signal: AbortSignal) => Promise<void>;
  /** After each failure in a row: 1, 2, … */
  onFailure?: (error: unknown, failures: number) => void;
}

/** One kind of work of a stream, which fails and waits by itself: beside it the others go on. */
export class Lane {
  /** Why nothing is done; null while all is well. */
  unhealthyReason: string | null = null;
  readonly #options: LaneOptions;
  #failures = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** What failed is nobody's work any more. */
  isRelieved(): void {
    this.unhealthyReason = null;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Until the signal fires. Never throws: what could not be done is tried again, later each time. */
  async run(signal: AbortSignal): Promise<void> {
    const { wait, step, context } = this.#options;
    while (!signal.aborted) {
      await wait(signal);
      if (signal.aborted) return;
      try {
        await step(signal);
        this.#failures = 0;
        this.unhealthyReason = null;
      } catch (error) {
        this.#failures += 1;
        this.#tell(error);
        this.#options.onFailure?.(error, this.#failures);
        const { clock, policy, random } = context;
        await clock.wait(backOffMs(this.#failures, policy, random()), signal);
      }
    }
  }

  #tell(error: unknown): void {
    const { stream, failed, context } = this.#options;
    this.unhealthyReason = messageOf(error);
    const fault = faultOf(error);
    context.metrics.retries.inc({ flow: stream, code: 'code' in fault ? fault.code : 'bug' });
    context.log.warn({ flow: stream, failures: this.#failures, ...fault }, failed);
  }
}

/** What the log says of an error. */
export function faultOf(error: unknown): Fault | { err: unknown } {
  return error instanceof Unavailable || error instanceof Rejected ? error.fault : { err: error };
}

/** Whether nobody answers: no question is to blame, and waiting mends it. */
export function isAway(error: unknown): boolean {
  return error instanceof Unavailable && !error.perhapsRecord && !error.needsOperator;
}
