import type { Contract } from '../../schemas/topics.ts';
import { murmur2 } from './kafka/publish/murmur2.ts';
import type { Bus, ReadAll, Received } from './kafka/types.ts';

/** What the newest record of a key wants of the other side. */
export interface Newest<Item> {
  /** Under which it is held: the key, or more where a key carries several. */
  id: string;
  key: string;
  item: Item;
  partition: number;
  offset: number;
}

export interface NewestStatesOptions<Value, Item> {
  bus: Pick<Bus, 'readAll'>;
  contract: Contract<Value>;
  /** Left out: all. */
  partitions?: ReadonlySet<number>;
  /** Null, or throws: nothing is known of what the other side should hold. */
  itemOf: (value: Value, record: Received<Value>) => Item | null;
  /** What one item is of; left out: the record's key. */
  idOf?: (record: Received<Value>) => string;
  keysMax: number;
}

/**
 * What is wanted now of each key of a topic, by its newest record, and kept up to date until it is stopped. No more than
 * `keysMax` keys are held: where there are more, a slice of them, chosen by their hash, and the other slices one after the
 * other, each with a reading of the topic of its own.
 */
export class NewestStates<Value, Item> {
  readonly byKey = new Map<string, Newest<Item>>();
  readonly #options: NewestStatesOptions<Value, Item>;
  readonly #slice: number;
  #slices: number;
  #reading: ReadAll | null = null;

  constructor(options: NewestStatesOptions<Value, Item>, slice = 0, slices = 1) {
    this.#options = options;
    this.#slice = slice;
    this.#slices = slices;
  }

  /** How many there are; known when the first one is read. */
  get slices(): number {
    return this.#slices;
  }

  /** Resolves when all that was on the topic is read. */
  async read(): Promise<void> {
    this.#reading = await this.#options.bus.readAll(this.#options.contract, {
      onRecord: (record) => this.#note(record),
      onRecreated: () => this.byKey.clear(),
    });
    await this.#reading.caughtUp;
  }

  /** Whether nothing has come since of what it is about. */
  isNewest(entry: Newest<Item>): boolean {
    return this.byKey.get(entry.id) === entry;
  }

  async stop(): Promise<void> {
    await this.#reading?.stop();
    this.byKey.clear();
  }

  #note(record: Received<Value>): void {
    const { partitions, idOf, keysMax } = this.#options;
    const { key, value, partition, offset } = record;
    if ((partitions && !partitions.has(partition)) || !this.#isOfSlice(key)) return;
    const id = idOf?.(record) ?? key;
    this.byKey.delete(id);
    const item = value === null ? null : this.#itemOf(value, record);
    if (item !== null) this.byKey.set(id, { id, key, item, partition, offset });
    if (this.byKey.size <= keysMax || this.#slice > 0) return;
    this.#slices *= 2;
    for (const [known, { key: own }] of this.byKey) if (!this.#isOfSlice(own)) this.byKey.delete(known);
  }

  #itemOf(value: Value, record: Received<Value>): Item | null {
    try {
      return this.#options.itemOf(value, record);
    } catch {
      // Held or rejected: it says so where it is parked.
      return null;
    }
  }

  #isOfSlice(key: string): boolean {
    // Not the bits that choose the partition.
    return (murmur2(key) >>> 8) % this.#slices === this.#slice;
  }
}
