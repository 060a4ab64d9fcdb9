/**
 * A real flow of documents whose effect is a record, as that of the relay is: it hands each on to another topic, under
 * its lease. What it notes is what the broker has acknowledged.
 */
import type { Contract } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { runDocuments } from '../../services/platform/flow/documents/run-documents.ts';
import { contextOf } from '../../services/platform/flow/testing/context.ts';
import type { Bus, Subscription } from '../../services/platform/kafka/types.ts';
import type { Effect } from './state-writer.ts';

export class HandingOn {
  readonly effects: Effect[] = [];
  readonly #from: Contract<Stock>;
  readonly #to: Contract<Stock>;
  readonly #running: Subscription[] = [];

  constructor(from: Contract<Stock>, to: Contract<Stock>) {
    this.#from = from;
    this.#to = to;
  }

  async start(bus: Bus, group: string): Promise<Subscription> {
    const running = await runDocuments(contextOf({ bus, clock: systemClock, group }), {
      name: 'handing on',
      contract: this.#from,
      mode: 'on',
      concurrency: () => 8,
      settleMs: 1_000,
      probe: () => Promise.resolve(),
      handle: async ({ key, partition, offset, value }, attempt) => {
        attempt.assertCurrent();
        await bus.publish(this.#to, { value });
        const { number } = value.version;
        this.effects.push({ key, number, partition, offset, atMs: performance.now() });
        return { status: 'applied' };
      },
    });
    this.#running.push(running);
    return running;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.stop()));
  }
}
