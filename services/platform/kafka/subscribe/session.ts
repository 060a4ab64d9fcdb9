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

/** One membership of the group, from the answer to our join until it is over. It never comes back to life. */
export interface Generation {
  readonly id: number;
  readonly memberId: string;
  /** Checks the time, too: to be asked before each effect. */
  alive(): boolean;
  /** The coordinator has answered a request sent at `sentAt` for this generation. */
  contact(sentAt: Instant): void;
  sinceContactMs(): number;
  end(reason: string): void;
  /** Aborted when the generation is over. */
  readonly over: AbortSignal;
}

export interface GenerationOptions {
  id: number;
  memberId: string;
  joinedAt: Instant;
  sessionTimeoutMs: number;
  clock: SessionClock;
}

export function createGeneration(options: GenerationOptions): Generation {
  const { id, memberId, clock, sessionTimeoutMs } = options;
  const over = new AbortController();
  let lastContact = options.joinedAt;

  function alive(): boolean {
    if (over.signal.aborted) return false;
    if (elapsedMs(clock, lastContact) < sessionTimeoutMs) return true;
    end(`no answer of the group's coordinator for ${sessionTimeoutMs} ms`);
    return false;
  }

  function contact(sentAt: Instant): void {
    // An answer that comes after the session has run out brings nothing back: another member may have begun.
    if (!alive()) return;
    if (sentAt.monotonicMs > lastContact.monotonicMs) lastContact = sentAt;
  }

  function end(reason: string): void {
    over.abort(new Error(reason));
  }

  return {
    id,
    memberId,
    alive,
    contact,
    end,
    sinceContactMs: () => elapsedMs(clock, lastContact),
    over: over.signal,
  };
}
