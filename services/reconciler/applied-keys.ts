import { outcomes } from '../../schemas/topics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Bus } from '../platform/kafka/types.ts';

/** The outcomes are kept for a week. */
const keptMs = 7 * 86_400_000;

/** What `cartage.outcomes` says was brought to its other side. */
export class AppliedKeys {
  readonly #bus: Pick<Bus, 'readAll'>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(bus: Pick<Bus, 'readAll'>, clock: Pick<Clock, 'now'>) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** Reads all outcomes that are kept: only for what is missing and was not before. */
  async among(topic: string, keys: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const reading = await this.#bus.readAll(outcomes, {
      sinceMs: this.#clock.now() - keptMs,
      onRecord: ({ value }) => {
        if (value?.topic === topic && value.targetId !== null && keys.has(value.key)) found.add(value.key);
      },
    });
    try {
      await reading.caughtUp;
    } finally {
      await reading.stop();
    }
    return found;
  }
}
