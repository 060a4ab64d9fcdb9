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
  /** Called with each commit that the broker accepted, those apart that are of a topic that is no more. */
  onCommit: (partition: number, offset: number) => void = () => undefined;
  /** Where a member's publish goes; one partition unless told otherwise. */
  partitionOf: (contract: { partitions: number }, key: string) => number = () => 0;
  readonly #logs = new Map<string, Kept[]>();
  /** Offset of the next record to be published, by log. */
  readonly #recreations = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  readonly #stored = new Map<number, Stored>();
  readonly #listeners = new Map<string, Set<(record: Kept) => void>>();

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  log(topic: string, partition = 0): Kept[] {
    const name = `${topic}[${partition}]`;
    let log = this.#logs.get(name);
    if (!log) this.#logs.set(name, (log = []));
    return log;
  }

  append<Value>(
    contract: Contract<Value>,
    key: string,
    value: Value | null,
    partition = 0,
    traceparent: string | null = null,
  ): Received<Value> {
    const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
    const record: Received<Value> = {
      contract,
      topic: contract.topic,
      partition,
      offset: this.end(contract.topic, partition),
      key,
      value,
      eventId: `${contract.topic}-${partition}-${this.end(contract.topic, partition)}`,
      publishedAt: this.clock.now(),
      headers: {},
      traceparent,
      sizeBytes: bytes?.length ?? 0,
      bytes,
    };
    this.#keep(record as unknown as Received<never>);
    return record;
  }

  appendUndecodable(topic: string, partition = 0): Undecodable {
    const bytes = Buffer.from('?');
    const undecodable = { code: 'record.undecodable', what: 'Bytes that fit no schema', fix: 'Look at them' };
    const place = {
      topic,
      partition,
      offset: this.end(topic, partition),
      key: null,
      publishedAt: this.clock.now(),
    };
    const record: Undecodable = { ...place, headers: {}, sizeBytes: 1, bytes, undecodable };
    this.#keep(record);
    return record;
  }

  #keep(record: Kept): void {
    const { topic, partition } = record;
    this.log(topic, partition).push(record);
    this.#ends.set(`${topic}[${partition}]`, record.offset + 1);
    for (const listener of this.#listeners.get(topic) ?? []) listener(record);
  }

  end(topic: string, partition = 0): number {
    return this.#ends.get(`${topic}[${partition}]`) ?? 0;
  }

  /** All partitions of a topic. */
  records(topic: string): Kept[] {
    return [...this.#logs.values()].flat().filter((record) => record.topic === topic);
  }

  topicId(topic: string): string {
    return `${topic}#${this.#recreations.get(topic) ?? 0}`;
  }

  /** The topic is deleted and made again: what the group has stored of it stays. */
  recreate(topic: string): void {
    this.#recreations.set(topic, (this.#recreations.get(topic) ?? 0) + 1);
    for (const [name, log] of this.#logs)
      if (name.startsWith(`${topic}[`)) {
        log.length = 0;
        this.#ends.set(name, 0);
      }
  }

  /** What an operator's tool does to a group that is stopped, or kafkajs to an offset that was out of range. */
  setStored(partition: number, stored: Stored): void {
    this.#stored.set(partition, stored);
  }

  listen(topic: string, listener: (record: Kept) => void): () => void {
    let listeners = this.#listeners.get(topic);
    if (!listeners) this.#listeners.set(topic, (listeners = new Set()));
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** All that is on a topic, then what comes, when `later` lets it; returns how to stop. */
  follow(topic: string, onRecord: (record: Kept) => void, later = (run: () => void) => run()): () => void {
    for (const record of this.records(topic)) onRecord(record);
    return this.listen(topic, (record) => later(() => onRecord(record)));
  }

  takeOver(topic: string, partition: number): Takeover {
    const stored = this.#stored.get(partition) ?? { offset: null, metadata: null };
    return takeOver(stored, { earliest: 0, end: this.end(topic, partition), topicId: this.topicId(topic) });
  }

  committed(partition: number): Stored {
    return this.#stored.get(partition) ?? { offset: null, metadata: null };
  }

  /** False when the partition belongs to somebody else by now. */
  commit(partition: number, by: Membership, entry: { offset: number; metadata: string }): boolean {
    const owner = this.owners.get(partition);
    if (owner?.member !== by.member || owner.generation !== by.generation) return false;
    this.#stored.set(partition, entry);
    const { topicId } = JSON.parse(entry.metadata) as { topicId: string };
    if (topicId === this.topicId(topicId.split('#')[0]!)) this.onCommit(partition, entry.offset);
    return true;
  }

  values<Value>(contract: Contract<Value>): Value[] {
    return this.log(contract.topic).flatMap((record) =>
      'undecodable' in record || record.value === null ? [] : [record.value as Value],
    );
  }
}
