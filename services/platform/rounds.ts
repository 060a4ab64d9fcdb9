import type { Clock } from './clock.ts';
import type { Log } from './telemetry/log.ts';

export interface RoundsOptions {
  /** What a round does, in words. */
  name: string;
  /** @returns what there is to tell of it. Ends early when the signal fires. */
  run: (signal: AbortSignal) => Promise<object>;
  /** Whether it is for this process to do, now. */
  isOurs: () => boolean;
  /** From the beginning of one to that of the next. */
  everyMs: number | (() => number);
  clock: Clock;
  log: Pick<Log, 'info' | 'warn'>;
}

/** The first round leaves the start to the records that wait; a round that failed is tried again after as long. */
const soonMs = 60_000;

/** Does something beside the flow again and again, slowly, until it is stopped. */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #waiting = new AbortController();
  /** The next round is not waited for. */
  #isAsked = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#running = this.#loop();
  }

  /** A round at once, or after the one that runs. */
  soon(): void {
    this.#isAsked = true;
    this.#waiting.abort('asked for');
  }

  async stop(): Promise<void> {
    this.#stopping.abort('stopping');
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { clock, everyMs } = this.#options;
    const { signal } = this.#stopping;
    await this.#wait(soonMs);
    while (!signal.aborted) {
      const beganAt = clock.now();
      const isDone = await this.#round();
      const intervalMs = typeof everyMs === 'number' ? everyMs : everyMs();
      const leftMs = intervalMs - (clock.now() - beganAt);
      await this.#wait(isDone ? Math.max(soonMs, leftMs) : soonMs);
    }
  }

  async #wait(ms: number): Promise<void> {
    this.#waiting = new AbortController();
    const until = AbortSignal.any([this.#stopping.signal, this.#waiting.signal]);
    if (!this.#isAsked) await this.#options.clock.wait(ms, until);
    this.#isAsked = false;
  }

  async #round(): Promise<boolean> {
    const { name, run, isOurs, log } = this.#options;
    if (!isOurs()) return false;
    try {
      log.info({ round: name, ...(await run(this.#stopping.signal)) }, 'a round is done');
      return true;
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn({ err: error, round: name }, 'a round has failed, trying again');
      return false;
    }
  }
}
