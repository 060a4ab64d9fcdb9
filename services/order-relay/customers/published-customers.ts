import { splitKey } from '../../../schemas/keys.ts';
import { customers } from '../../../schemas/topics.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../platform/kafka/types.ts';

/**
 * All that stands on the topic of customers: by website and id, of each the beginning of its digest as a number. About
 * 50 bytes each, so that a million fit beside a relay's other work.
 */
export class PublishedCustomers {
  readonly #websites = new Map<string, Map<number, number>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  static async read(bus: Pick<Bus, 'readAll'>, instance: string): Promise<PublishedCustomers> {
    const published = new PublishedCustomers();
    await readToEnd(bus, customers, ({ key, value }) => {
      const [from, website, id] = splitKey(key, 3) ?? [];
      if (from === instance) published.#note(website!, Number(id), value?.digest ?? null);
    });
    return published;
  }

  /** Takes a customer out, because the shop has it; true when it stands on the topic as it is. */
  settle({ website, customerId, digest }: { website: string; customerId: number; digest: string }): boolean {
    const ids = this.#websites.get(website);
    const known = ids?.get(customerId);
    ids?.delete(customerId);
    return known === beginningOf(digest);
  }

  /** The same of one that cannot be read: it is there. */
  settleId(customerId: number): void {
    for (const ids of this.#websites.values()) ids.delete(customerId);
  }

  /** Those that were not taken out. */
  *left(): Iterable<{ website: string; customerId: number }> {
    for (const [website, ids] of this.#websites)
      for (const customerId of ids.keys()) yield { website, customerId };
  }

  #note(website: string, id: number, digest: string | null): void {
    const ids = this.#websites.get(website) ?? new Map<number, number>();
    this.#websites.set(website, ids);
    this.#size += (digest === null ? 0 : 1) - (ids.has(id) ? 1 : 0);
    if (digest === null) ids.delete(id);
    else ids.set(id, beginningOf(digest));
  }
}

const hexDigits = 12;

function beginningOf(digest: string): number {
  return Number.parseInt(digest.slice(0, hexDigits), 16);
}
