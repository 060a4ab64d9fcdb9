import type { Entry } from './pending-entry.ts';

/** Since when a lane's first urgent and first normal entry wait; null where it has none. */
export interface ReadyLane {
  lane: string;
  urgentSince: number | null;
  normalSince: number | null;
}

interface Lane<Value> {
  urgent: Map<string, Entry<Value>>;
  normal: Map<string, Entry<Value>>;
}

/** The entries that may be written now, by lane, in the order in which they became so; urgent ones apart. */
export class ReadyLanes<Value> {
  private readonly lanes = new Map<string, Lane<Value>>();

  ready(): ReadyLane[] {
    const found: ReadyLane[] = [];
    for (const [lane, { urgent, normal }] of this.lanes) {
      const normalSince = firstOf(normal)?.waitingSince ?? null;
      const urgentSince = firstOf(urgent)?.waitingSince ?? null;
      if (normalSince !== null || urgentSince !== null) found.push({ lane, urgentSince, normalSince });
    }
    return found;
  }

  /**
   * Takes up to `count` entries of a lane out: urgent ones first, or last with `normalFirst`. Those for which
   * `blocked` holds are passed over.
   */
  pick(
    lane: string,
    count: number,
    normalFirst: boolean,
    blocked: (entry: Entry<Value>) => boolean,
  ): Entry<Value>[] {
    const queues = this.lanes.get(lane);
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
    let lane = this.lanes.get(entry.lane);
    if (!lane) this.lanes.set(entry.lane, (lane = { urgent: new Map(), normal: new Map() }));
    (entry.urgent ? lane.urgent : lane.normal).set(entry.identity, entry);
  }

  leave(entry: Entry<Value>): void {
    for (const { urgent, normal } of this.lanes.values()) {
      urgent.delete(entry.identity);
      normal.delete(entry.identity);
    }
  }
}

function firstOf<Value>(queue: Map<string, Entry<Value>>): Entry<Value> | undefined {
  for (const entry of queue.values()) return entry;
  return undefined;
}
