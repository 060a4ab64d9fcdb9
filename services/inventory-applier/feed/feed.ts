import { cursors } from '../../../schemas/topics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';

export interface FeedOptions {
  bus: Pick<Bus, 'readAll'>;
  instance: string;
  /** A longer silence makes what was told too old. */
  maxAgeMs: number;
  clock: Clock;
  log: Pick<Log, 'info' | 'warn'>;
  metrics: Pick<Metrics, 'stockFeedOld'>;
}

const lookMs = 10_000;
const flow = 'stock';

/**
 * Whether what the ERP tells still comes. The ingester writes its cursor when it has published what changed, and once a
 * minute when nothing did, during a load as well: a cursor that stands still says that nobody knows what the ERP has now.
 * Before the first one there are no numbers.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #stopping = new AbortController();
  #toldAt = Infinity;
  #isOld = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  isOld(): boolean {
    return this.#isOld;
  }

  /** Resolves when it is known; `onChange` is called each time it becomes too old or lives again. */
  async follow(onChange: () => void): Promise<void> {
    const { bus, instance } = this.#options;
    const reading = await bus.readAll(cursors, {
      onRecord: ({ value }) => {
        if (value?.process !== 'erp-ingester') return;
        if (value.source !== instance && !value.source.startsWith(`${instance}/`)) return;
        this.#toldAt = value.updatedAt;
      },
    });
    this.#stopping.signal.addEventListener('abort', () => void reading.stop(), { once: true });
    await reading.caughtUp;
    this.#look(() => undefined);
    void this.#watch(onChange);
  }

  stop(): void {
    this.#stopping.abort('stopping');
  }

  async #watch(onChange: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.clock.wait(lookMs, signal);
      if (!signal.aborted) this.#look(onChange);
    }
  }

  #look(onChange: () => void): void {
    const { clock, log, metrics, maxAgeMs } = this.#options;
    const ageMs = clock.now() - this.#toldAt;
    const isOld = ageMs > maxAgeMs;
    metrics.stockFeedOld.set({ flow }, Number(isOld));
    if (isOld === this.#isOld) return;
    this.#isOld = isOld;
    if (isOld)
      log.warn(
        { flow, ageMs, fix: 'See "Feed too old" in deploy/README.md' },
        'the ERP tells nothing: what is known of its stock is too old, and follows stock.feed.whenOld',
      );
    else log.info({ flow }, 'the ERP tells of its stock again');
    onChange();
  }
}
