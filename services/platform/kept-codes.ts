import { cursors } from '../../schemas/topics.ts';
import type { Cursor } from '../../schemas/types.ts';
import type { Clock } from './clock.ts';
import type { Bus, ReadAll } from './kafka/types.ts';

/** Whoever publishes orders and customers keeps them. */
const keeper = 'order-relay';

/** Of what the shop names by a code that keys are made of: of orders, of customers. */
export type Coded = 'store-view' | 'website';

/** Whether a cursor keeps such a code. */
export const keepsCode = ({ process, source }: Cursor, instance: string, coded: Coded): boolean =>
  process === keeper && source.startsWith(`${instance}/${coded}/`);

/**
 * The codes by which the shop's store views and websites were first known, on `cartage.cursors`. Keys of orders and of
 * customers are made of them, in Kafka, in the ERP and in what the ERP sends back, so each goes on under its code when it
 * is renamed in the shop.
 */
export class KeptCodes {
  readonly #bus: Pick<Bus, 'publish' | 'readAll'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #instance: string;
  readonly #codes: Record<Coded, Record<string, string>> = { 'store-view': {}, website: {} };
  /** By the source that each is published under. */
  readonly #written = new Set<string>();

  constructor(bus: Pick<Bus, 'publish' | 'readAll'>, instance: string, clock: Pick<Clock, 'now'>) {
    this.#bus = bus;
    this.#clock = clock;
    this.#instance = instance;
  }

  /** By the ids that the shop gives them. */
  of(coded: Coded): Readonly<Record<string, string>> {
    return this.#codes[coded];
  }

  /** Resolves when all that was kept is known. A recreated topic takes nothing back. */
  async follow(): Promise<ReadAll> {
    const reading = await this.#bus.readAll(cursors, {
      onRecord: ({ value }) => {
        if (value?.process === keeper) this.#note(value.source, value.position);
      },
      onRecreated: () => this.#written.clear(),
    });
    await reading.caughtUp;
    return reading;
  }

  /** Resolves when the broker has them: before that no key may be made of them. */
  async keep(coded: Coded, named: readonly { id: number; code: string }[]): Promise<void> {
    const isKept = ({ id, code }: { id: number; code: string }) =>
      this.#written.has(this.#sourceOf(coded, id)) && this.#codes[coded][id] === code;
    await Promise.all(
      named.filter((one) => !isKept(one)).map(({ id, code }) => this.#keep(this.#sourceOf(coded, id), code)),
    );
  }

  #sourceOf(coded: Coded, id: number | string): string {
    return `${this.#instance}/${coded}/${id}`;
  }

  #note(source: string, code: string): void {
    for (const coded of Object.keys(this.#codes) as Coded[]) {
      const prefix = this.#sourceOf(coded, '');
      if (!source.startsWith(prefix)) continue;
      this.#codes[coded][source.slice(prefix.length)] = code;
      this.#written.add(source);
    }
  }

  async #keep(source: string, code: string): Promise<void> {
    await this.#bus.publish(cursors, {
      value: {
        process: keeper,
        source,
        position: code,
        slot: null,
        systemId: null,
        tables: null,
        seenTo: null,
        epoch: 1,
        firstLoad: null,
        streams: [],
        updatedAt: this.#clock.now(),
      },
    });
    this.#note(source, code);
  }
}
