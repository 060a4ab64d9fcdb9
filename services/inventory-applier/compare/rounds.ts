import type { Clock } from '../../platform/clock.ts';
import type { Subscription } from '../../platform/kafka/types.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Comparison } from './comparison.ts';

export interface RoundsOptions {
  comparison: Pick<Comparison, 'run'>;
  subscription: Pick<Subscription, 'ready'>;
  everyMs: number;
  clock: Clock;
  log: Pick<Log, 'info' | 'warn'>;
  metrics: Pick<Metrics, 'stockCompared'>;
}

/** The first round leaves the start to the records that wait; a round that failed is tried again after as long. */
const soonMs = 60_000;

/** Compares all stock again and again, slowly, until it is stopped. */
export class ComparisonRounds {
  readonly #options: RoundsOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #waiting = new AbortController();
  /** The next round is not waited for. */
  #isAsked = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    for (const result of ['same', 'differing', 'in flight']) options.metrics.stockCompared.inc({ result }, 0);
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
      const leftMs = everyMs - (clock.now() - beganAt);
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
    const { comparison, subscription, log, metrics } = this.#options;
    if (!subscription.ready()) return false;
    try {
      const { same, differing, inFlight } = await comparison.run(this.#stopping.signal);
      metrics.stockCompared.inc({ result: 'same' }, same);
      metrics.stockCompared.inc({ result: 'differing' }, differing);
      metrics.stockCompared.inc({ result: 'in flight' }, inFlight);
      log.info({ same, differing, inFlight }, 'stock compared with the shop');
      return true;
    } catch (error) {
      if (!this.#stopping.signal.aborted)
        log.warn({ err: error }, 'stock was not compared with the shop, trying again');
      return false;
    }
  }
}
