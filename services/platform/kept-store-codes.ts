import { cursors } from '../../schemas/topics.ts';
import type { Clock } from './clock.ts';
import type { Bus, ReadAll } from './kafka/types.ts';

/** Whoever publishes orders keeps them. */
const keeper = 'order-relay';

/**
 * The codes by which the shop's store views were first known, on `cartage.cursors`. Keys of orders are made of them, in
 * Kafka, in the ERP and in what the ERP sends back, so a view goes on under its code when it is renamed in the shop.
 */
export class KeptStoreCodes {
  readonly #bus: Pick<Bus, 'publish' | 'readAll'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #prefix: string;
  readonly #codes: Record<string, string> = {};
  #written = new Set<string>();

  constructor(bus: Pick<Bus, 'publish' | 'readAll'>, instance: string, clock: Pick<Clock, 'now'>) {
    this.#bus = bus;
    this.#clock = clock;
    this.#prefix = `${instance}/store-view/`;
  }

  /** By the ids of the views. */
  get codes(): Readonly<Record<string, string>> {
    return this.#codes;
  }

  /** Resolves when all that was kept is known. A recreated topic takes nothing back. */
  async follow(): Promise<ReadAll> {
    const reading = await this.#bus.readAll(cursors, {
      onRecord: ({ value }) => {
        if (value?.process !== keeper || !value.source.startsWith(this.#prefix)) return;
        const id = value.source.slice(this.#prefix.length);
        this.#codes[id] = value.position;
        this.#written.add(id);
      },
      onRecreated: () => this.#written.clear(),
    });
    await reading.caughtUp;
    return reading;
  }

  /** Resolves when the broker has them: before that no key may be made of them. */
  async keep(views: readonly { id: number; code: string }[]): Promise<void> {
    const news = views.filter(({ id, code }) => !this.#written.has(String(id)) || this.#codes[id] !== code);
    await Promise.all(news.map((view) => this.#keep(view)));
  }

  async #keep({ id, code }: { id: number; code: string }): Promise<void> {
    await this.#bus.publish(cursors, {
      value: {
        process: keeper,
        source: `${this.#prefix}${id}`,
        position: code,
        slot: null,
        systemId: null,
        tables: null,
        epoch: 1,
        firstLoad: null,
        streams: [],
        updatedAt: this.#clock.now(),
      },
    });
    this.#codes[id] = code;
    this.#written.add(String(id));
  }
}
