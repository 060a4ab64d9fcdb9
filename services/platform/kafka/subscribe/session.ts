/**
 * How long the group surely has not given our partitions to somebody else: from the moment we sent the last request
 * that the coordinator answered for our generation, for one session timeout. The coordinator's own clock began later.
 *
 * A process that sleeps (SIGSTOP, a suspended machine, a blocked event loop) finds its session over when it wakes,
 * before it can begin an effect. Two clocks, because the monotonic one stands still while a machine is suspended and
 * the wall clock can be set back.
 */
export interface SessionClock {
  monotonicMs(): number;
  wallMs(): number;
}

export const systemClock: SessionClock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export interface Instant {
  monotonicMs: number;
  wallMs: number;
}

export function instant(clock: SessionClock): Instant {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}

export function elapsedMs(clock: SessionClock, since: Instant): number {
  return Math.max(clock.monotonicMs() - since.monotonicMs, clock.wallMs() - since.wallMs);
}

export interface GenerationOptions {
  id: number;
  memberId: string;
  joinedAt: Instant;
  sessionTimeoutMs: number;
  clock: SessionClock;
}

/** One membership of the group, from the answer to our join until it is over. It never comes back to life. */
export class Generation {
  readonly id: number;
  readonly memberId: string;
  readonly #clock: SessionClock;
  readonly #sessionTimeoutMs: number;
  readonly #over = new AbortController();
  #lastContact: Instant;

  constructor(options: GenerationOptions) {
    this.id = options.id;
    this.memberId = options.memberId;
    this.#clock = options.clock;
    this.#sessionTimeoutMs = options.sessionTimeoutMs;
    this.#lastContact = options.joinedAt;
  }

  /** Aborted when the generation is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Checks the time, too: to be asked before each effect. */
  alive(): boolean {
    if (this.over.aborted) return false;
    if (this.sinceContactMs() < this.#sessionTimeoutMs) return true;
    this.end(`no answer of the group's coordinator for ${this.#sessionTimeoutMs} ms`);
    return false;
  }

  /** The coordinator has answered a request sent at `sentAt` for this generation. */
  contact(sentAt: Instant): void {
    // An answer that comes after the session has run out brings nothing back: another member may have begun.
    if (!this.alive()) return;
    if (sentAt.monotonicMs > this.#lastContact.monotonicMs) this.#lastContact = sentAt;
  }

  sinceContactMs(): number {
    return elapsedMs(this.#clock, this.#lastContact);
  }

  end(reason: string): void {
    this.#over.abort(new Error(reason));
  }
}
