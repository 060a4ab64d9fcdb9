/** One call that has ended, as far as it tells how much the other side bears. */
export interface EndedCall {
  /** 0 when no whole answer came. */
  status: number;
  /** Its first bytes may have reached the other side. */
  written: boolean;
  /** When it left the queue, and when it ended: milliseconds that never go back. */
  beganAt: number;
  endedAt: number;
}

/** How many calls may be under way at once. */
export interface CallLimit {
  /** Never more, whatever happens. */
  readonly max: number;
  readonly current: number;
  ended(call: EndedCall): void;
}

export function fixedLimit(max: number): CallLimit {
  return { max, current: max, ended: () => undefined };
}

export function limitOf(given: number | CallLimit): CallLimit {
  return typeof given === 'number' ? fixedLimit(given) : given;
}

export interface AdaptiveLimitOptions {
  max: number;
  /** An answer that takes longer says that the other side has too much to do. */
  slowMs: number;
  onChange: (current: number) => void;
  /** What is done can wait: at the first sign of too much all but one call are left to other processes, and for longer. */
  yields?: boolean;
}

/** Additive increase: one more call at once for so long without a sign of too much. */
export const raiseEveryMs = 5_000;
/** Of whoever yields: the others have most of their share back before. */
const yieldingRaiseEveryMs = 30_000;

/** Too many requests, an overloaded or silent server behind a gateway. */
const overloadedStatuses = new Set([408, 425, 429, 502, 503, 504]);

/**
 * Follows what the other side bears, as TCP follows a network: half as many calls at the first sign of too much, one more
 * after each quiet while. The half is taken once for all calls that were under way together: they tell of the same load.
 */
export class AdaptiveLimit implements CallLimit {
  readonly max: number;
  readonly #options: AdaptiveLimitOptions;
  #current: number;
  #loweredAt = -Infinity;
  /** Since when the limit is as it is, and nothing was too much. */
  #quietSince = -Infinity;

  constructor(options: AdaptiveLimitOptions) {
    this.max = this.#current = options.max;
    this.#options = options;
    options.onChange(this.#current);
  }

  get current(): number {
    return this.#current;
  }

  ended(call: EndedCall): void {
    const isTooMuch = this.#isTooMuch(call);
    const { yields } = this.#options;
    const isQuiet = call.endedAt - this.#quietSince >= (yields ? yieldingRaiseEveryMs : raiseEveryMs);
    if (!isTooMuch && (!isQuiet || this.#current === this.max)) return;
    this.#quietSince = call.endedAt;
    if (!isTooMuch) this.#change(this.#current + 1);
    else if (call.beganAt >= this.#loweredAt) {
      this.#loweredAt = call.endedAt;
      this.#change(yields ? 1 : Math.max(1, Math.floor(this.#current / 2)));
    }
  }

  #isTooMuch({ status, written, beganAt, endedAt }: EndedCall): boolean {
    if (endedAt - beganAt > this.#options.slowMs) return true;
    return status === 0 ? written : overloadedStatuses.has(status);
  }

  #change(current: number): void {
    if (current === this.#current) return;
    this.#current = current;
    this.#options.onChange(current);
  }
}
