import { stock as stockContract } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import type { SourceItem } from '../../magento/source-items.ts';
import { murmur2 } from '../../platform/kafka/publish/murmur2.ts';
import type { Bus, ReadAll, Received } from '../../platform/kafka/types.ts';

/** What the newest record of a key has the shop hold. */
export interface Written {
  key: string;
  item: SourceItem;
  partition: number;
  offset: number;
}

export interface WrittenStockOptions {
  bus: Pick<Bus, 'readAll'>;
  partitions: ReadonlySet<number>;
  /** @throws what keeps the record from being written: then nothing is known of what the shop should hold. */
  itemOf: (stock: Stock) => SourceItem;
  keysMax: number;
}

/**
 * What was written last of each key of some partitions, read from the topic, which keeps the newest record of each, and
 * kept up to date until it is stopped. No more than `keysMax` keys are held: where there are more, a slice of them, chosen
 * by their hash, and the other slices one after the other.
 */
export class WrittenStock {
  readonly byKey = new Map<string, Written>();
  readonly #options: WrittenStockOptions;
  readonly #slice: number;
  #slices: number;
  #reading: ReadAll | null = null;

  constructor(options: WrittenStockOptions, slice = 0, slices = 1) {
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
    this.#reading = await this.#options.bus.readAll(stockContract, {
      onRecord: (record) => this.#note(record),
      onRecreated: () => this.byKey.clear(),
    });
    await this.#reading.caughtUp;
  }

  async stop(): Promise<void> {
    await this.#reading?.stop();
    this.byKey.clear();
  }

  #note({ key, value, partition, offset }: Received<Stock>): void {
    if (!this.#options.partitions.has(partition) || !this.#isOfSlice(key)) return;
    this.byKey.delete(key);
    if (value === null) return;
    try {
      this.byKey.set(key, { key, item: this.#options.itemOf(value), partition, offset });
    } catch {
      // Held or rejected: it says so where it is parked.
    }
    if (this.byKey.size <= this.#options.keysMax || this.#slice > 0) return;
    this.#slices *= 2;
    for (const known of this.byKey.keys()) if (!this.#isOfSlice(known)) this.byKey.delete(known);
  }

  #isOfSlice(key: string): boolean {
    // Not the bits that choose the partition.
    return (murmur2(key) >>> 8) % this.#slices === this.#slice;
  }
}
