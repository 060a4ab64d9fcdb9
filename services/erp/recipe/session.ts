import type { Clock } from '../../platform/clock.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';
import { unfenced } from '../../platform/fence.ts';

/** What a log-in gave: a token, a cookie, the number of the user; and until when it is good. */
export interface Opened {
  value: unknown;
  endsAtMs: number;
}

/** ERPs lock an account after a few wrong passwords. */
const refusedPauseMs = 30_000;

/**
 * The session with an ERP that asks for one. Opened when it is first needed, by one log-in however many wait for it,
 * and again when the ERP says that it is over. A log-in that was refused is not tried again for a while.
 */
export class Session {
  readonly #logIn: () => Promise<Opened>;
  readonly #clock: Clock;
  #opened: Opened | null = null;
  #opening: Promise<Opened> | null = null;
  #refusal: { fault: Fault; untilMs: number } | null = null;

  /** @param logIn throws Unavailable; with `needsOperator` where it was refused. */
  constructor(logIn: () => Promise<Opened>, clock: Clock) {
    this.#logIn = logIn;
    this.#clock = clock;
  }

  /** @throws Unavailable, without effect on what the session was for. */
  async current(): Promise<Opened> {
    if (this.#opened !== null && this.#clock.now() < this.#opened.endsAtMs) return this.#opened;
    // Many wait for it: it belongs to none of them.
    this.#opening ??= unfenced(() => this.#open()).finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** This one is over, says the ERP; another one that was opened meanwhile stays. */
  end(session: Opened): void {
    if (this.#opened === session) this.#opened = null;
  }

  /** Not even a new one is taken: for a while nothing is asked that would count as a wrong password. */
  refused(fault: Fault): Unavailable {
    this.#opened = null;
    this.#refusal = { fault, untilMs: this.#clock.now() + refusedPauseMs };
    return new Unavailable(fault, { needsOperator: true, retryAfterMs: refusedPauseMs });
  }

  async #open(): Promise<Opened> {
    const leftMs = (this.#refusal?.untilMs ?? 0) - this.#clock.now();
    if (this.#refusal !== null && leftMs > 0)
      throw new Unavailable(this.#refusal.fault, { needsOperator: true, retryAfterMs: leftMs });
    try {
      this.#opened = await this.#logIn();
      return this.#opened;
    } catch (error) {
      throw error instanceof Unavailable && error.needsOperator ? this.refused(error.fault) : error;
    }
  }
}
