import type { Entry } from './pending-entry.ts';

/** Since when a batch group's first urgent and first normal entry wait, null where it has none; and how many there are. */
export interface ReadyGroup {
  batchGroup: string;
  urgentSince: number | null;
  normalSince: number | null;
  size: number;
}

interface BatchGroup<Value> {
  urgent: Map<string, Entry<Value>>;
  normal: Map<string, Entry<Value>>;
}

/** The entries that may be written now, by batch group, in the order in which they became so; urgent ones apart. */
export class ReadyGroups<Value> {
  readonly #batchGroups = new Map<string, BatchGroup<Value>>();

  ready(): ReadyGroup[] {
    const found: ReadyGroup[] = [];
    for (const [batchGroup, { urgent, normal }] of this.#batchGroups) {
      const normalSince = firstOf(normal)?.waitingSince ?? null;
      const urgentSince = firstOf(urgent)?.waitingSince ?? null;
      const size = urgent.size + normal.size;
      if (size > 0) found.push({ batchGroup, urgentSince, normalSince, size });
    }
    return found;
  }

  /**
   * Takes up to `count` entries of a batch group out: urgent ones first, or last with `normalFirst`. Those for which
   * `blocked` holds are passed over.
   */
  pick(
    batchGroup: string,
    count: number,
    normalFirst: boolean,
    blocked: (entry: Entry<Value>) => boolean,
  ): Entry<Value>[] {
    const queues = this.#batchGroups.get(batchGroup);
    if (!queues) return [];
    const picked: Entry<Value>[] = [];
    for (const queue of normalFirst ? [queues.normal, queues.urgent] : [queues.urgent, queues.normal])
      for (const entry of queue.values()) {
        if (picked.length >= count) break;
        if (!blocked(entry)) picked.push(entry);
      }
    for (const entry of picked) this.leave(entry);
    return picked;
  }

  put(entry: Entry<Value>): void {
    let batchGroup = this.#batchGroups.get(entry.batchGroup);
    if (!batchGroup)
      this.#batchGroups.set(entry.batchGroup, (batchGroup = { urgent: new Map(), normal: new Map() }));
    (entry.urgent ? batchGroup.urgent : batchGroup.normal).set(entry.identity, entry);
  }

  leave(entry: Entry<Value>): void {
    for (const { urgent, normal } of this.#batchGroups.values()) {
      urgent.delete(entry.identity);
      normal.delete(entry.identity);
    }
  }
}

function firstOf<Value>(queue: Map<string, Entry<Value>>): Entry<Value> | undefined {
  for (const entry of queue.values()) return entry;
  return undefined;
}
