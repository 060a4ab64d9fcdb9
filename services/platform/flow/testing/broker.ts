import type { Contract } from '../../../../schemas/topics.ts';
import type { Stored } from '../../kafka/subscribe/claim.ts';
import { takeOver } from '../../kafka/subscribe/claim.ts';
import type { Takeover } from '../../kafka/subscribe/claim.ts';
import type { Received, Undecodable } from '../../kafka/types.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type Kept = Received<never> | Undecodable;

/** Who holds a partition by the broker's own book, whatever the members believe. */
export interface Membership {
  member: string;
  generation: number;
}

/** The logs, the committed offsets with their metadata, and the owners: what outlives every process. */
export class SimulatedBroker {
  readonly clock: VirtualClock;
  readonly owners = new Map<number, Membership>();
  /** Called with each commit that the broker accepted. */
  onCommit: (partition: number, offset: number) => void = () => undefined;
  private readonly logs = new Map<string, Kept[]>();
  private readonly stored = new Map<number, Stored>();
  private readonly listeners = new Map<string, Set<(record: Kept) => void>>();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  log(topic: string, partition = 0): Kept[] {
    const name = `${topic}[${partition}]`;
    let log = this.logs.get(name);
    if (!log) this.logs.set(name, (log = []));
    return log;
  }

  append<Value>(
    contract: Contract<Value>,
    key: string,
    value: Value | null,
    partition = 0,
    traceparent: string | null = null,
  ): Received<Value> {
    const log = this.log(contract.topic, partition);
    const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
    const record: Received<Value> = {
      contract,
      topic: contract.topic,
      partition,
      offset: log.length,
      key,
      value,
      eventId: `${contract.topic}-${partition}-${log.length}`,
      publishedAt: this.clock.now(),
      headers: {},
      traceparent,
      sizeBytes: bytes?.length ?? 0,
      bytes,
    };
    const kept = record as unknown as Received<never>;
    log.push(kept);
    for (const listener of this.listeners.get(contract.topic) ?? []) listener(kept);
    return record;
  }

  appendUndecodable(topic: string, partition = 0): Undecodable {
    const log = this.log(topic, partition);
    const bytes = Buffer.from('?');
    const undecodable = { code: 'record.undecodable', what: 'Bytes that fit no schema', fix: 'Look at them' };
    const place = { topic, partition, offset: log.length, key: null, publishedAt: this.clock.now() };
    const record: Undecodable = { ...place, headers: {}, sizeBytes: 1, bytes, undecodable };
    log.push(record);
    return record;
  }

  listen(topic: string, listener: (record: Kept) => void): () => void {
    let listeners = this.listeners.get(topic);
    if (!listeners) this.listeners.set(topic, (listeners = new Set()));
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  takeOver(topic: string, partition: number): Takeover {
    const stored = this.stored.get(partition) ?? { offset: null, metadata: null };
    return takeOver(stored, { earliest: 0, end: this.log(topic, partition).length });
  }

  committed(partition: number): Stored {
    return this.stored.get(partition) ?? { offset: null, metadata: null };
  }

  /** False when the partition belongs to somebody else by now. */
  commit(partition: number, by: Membership, entry: Stored): boolean {
    const owner = this.owners.get(partition);
    if (owner?.member !== by.member || owner.generation !== by.generation) return false;
    this.stored.set(partition, entry);
    if (entry.offset !== null) this.onCommit(partition, entry.offset);
    return true;
  }

  values<Value>(contract: Contract<Value>): Value[] {
    return this.log(contract.topic).flatMap((record) =>
      'undecodable' in record || record.value === null ? [] : [record.value as Value],
    );
  }
}
