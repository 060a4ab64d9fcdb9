import type { Received } from '../../kafka/types.ts';
import { OffsetOrder } from './offset-order.ts';
import { keptBytes } from './pending-entry.ts';
import type { Entry } from './pending-entry.ts';

/** Each key's entry, by what it is of and in the order of the newest records, and what all of them take. */
export class NewestEntries<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #order = new OffsetOrder<Entry<Value>>();
  #bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** The one whose newest record is the lowest of all. */
  get first(): Entry<Value> | null {
    return this.#order.first;
  }

  get(identity: string): Entry<Value> | undefined {
    return this.#entries.get(identity);
  }

  insert(entry: Entry<Value>): void {
    this.#bytes += keptBytes(entry.record);
    this.#entries.set(entry.identity, entry);
    this.#order.toEnd(entry);
  }

  /** A newer record takes the place of the entry's. */
  renew(entry: Entry<Value>, record: Received<Value>): void {
    this.#bytes += keptBytes(record) - keptBytes(entry.record);
    entry.record = record;
    this.#order.toEnd(entry);
  }

  remove(entry: Entry<Value>): void {
    this.#entries.delete(entry.identity);
    this.#order.remove(entry);
    this.#bytes -= keptBytes(entry.record);
  }
}
