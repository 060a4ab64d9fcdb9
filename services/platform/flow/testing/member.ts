import type { Contract } from '../../../../schemas/topics.ts';
import { Unavailable } from '../../errors.ts';
import { ownPartition } from '../../kafka/subscribe/lease.ts';
import type { OwnedPartition } from '../../kafka/subscribe/lease.ts';
import { writeMark } from '../../kafka/subscribe/claim.ts';
import type { Generation } from '../../kafka/subscribe/session.ts';
import type { Bus, PartitionReader, Publication, ReadAll, ReadAllOptions } from '../../kafka/types.ts';
import type { Received, SubscribeOptions, Subscription } from '../../kafka/types.ts';
import type { Clock } from '../../clock.ts';
import type { Membership, SimulatedBroker } from './broker.ts';
import type { Random } from './random.ts';

interface Holding {
  topic: string;
  partition: number;
  owned: OwnedPartition;
  reader: PartitionReader;
  membership: Membership;
  position: number;
  alive: boolean;
  closed: Promise<void> | null;
  commits: Promise<void>;
}

const commitIntervalMs = 250;
const fetchIntervalMs = 20;
/** How long a rebalance waits for what is in flight. */
const closeLimitMs = 6_000;
let generations = 0;

/**
 * One process of the group, as its flow sees it: a bus and a clock that stop answering when it crashes. Its leases are
 * the real ones (`kafka/lease.ts`); what a broker and kafkajs do around them is simulated.
 */
export class Member {
  readonly name: string;
  readonly clock: Clock;
  readonly bus: Bus;
  alive = true;
  /** It stops, and gets no more partitions. */
  stopping = false;
  /** Share of publishes that fail, half of them after they were stored. */
  publishFailures = 0;
  private readonly holdings = new Map<number, Holding>();
  private readonly earlier = new Map<number, Holding>();
  private options: SubscribeOptions | null = null;
  private readonly broker: SimulatedBroker;
  private readonly random: Random;

  constructor(name: string, broker: SimulatedBroker, random: Random) {
    this.name = name;
    this.broker = broker;
    this.random = random;
    this.clock = { now: () => broker.clock.now(), wait: (ms, signal) => this.wait(ms, signal) };
    this.bus = this.face();
  }

  /** The process is gone: nothing it awaits ever comes, what it has sent goes on without it. */
  crash(): void {
    this.alive = false;
    for (const holding of this.holdings.values()) holding.alive = false;
  }

  holds(partition: number): boolean {
    return this.holdings.get(partition)?.alive ?? false;
  }

  /** Offset of the next record to be fetched. */
  position(partition: number): number {
    return this.holdings.get(partition)?.position ?? -1;
  }

  partitions(): number[] {
    return [...this.holdings.keys()].filter((partition) => this.holds(partition));
  }

  /** The group gives this process a partition, which nobody else may hold. */
  async assign(topic: string, partition: number): Promise<void> {
    generations += 1;
    const membership = { member: this.name, generation: generations };
    this.broker.owners.set(partition, membership);
    const before = this.earlier.get(partition);
    await before?.closed;
    if (!this.alive || this.stopping || this.broker.owners.get(partition) !== membership) return;
    const found = this.broker.takeOver(topic, partition);
    const known = before && found.by === this.name && before.owned.leftClean();
    const holding = { topic, partition, membership, alive: true, closed: null, commits: Promise.resolve() };
    const full = holding as unknown as Holding;
    full.owned = ownPartition({
      topic,
      partition,
      takeover: { ...found, clean: found.clean || known === true },
      by: this.name,
      generation: { alive: () => full.alive } as Generation,
      store: () => this.store(full),
    });
    await this.store(full).catch(() => undefined);
    if (!full.alive || !this.alive) return;
    this.holdings.set(partition, full);
    full.position = full.owned.lease.start;
    full.reader = this.options!.open(full.owned.lease);
    this.every(commitIntervalMs, full, () => void this.store(full).catch(() => undefined));
    this.feed(full);
  }

  /** The session has run out: the partition is somebody else's, and this process knows it. */
  lose(partition: number): void {
    const holding = this.holdings.get(partition);
    if (!holding) return;
    this.holdings.delete(partition);
    this.broker.owners.delete(partition);
    holding.alive = false;
    void this.close(holding, true);
  }

  /** A rebalance: what is in flight ends first, if it does so in time. */
  async release(partition: number): Promise<void> {
    const holding = this.holdings.get(partition);
    if (!holding) return;
    this.holdings.delete(partition);
    const limit = new AbortController();
    await Promise.race([this.close(holding, false), this.wait(closeLimitMs, limit.signal)]);
    limit.abort('closed');
    if (holding.alive) await this.store(holding).catch(() => undefined);
    holding.alive = false;
    if (this.broker.owners.get(partition) === holding.membership) this.broker.owners.delete(partition);
  }

  private close(holding: Holding, lost: boolean): Promise<void> {
    holding.closed ??= holding.reader.close(lost).then((clean) => holding.owned.closed(clean));
    this.earlier.set(holding.partition, holding);
    return holding.closed;
  }

  private store(holding: Holding): Promise<void> {
    const stored = holding.commits.then(async () => {
      const entry = holding.owned.toStore();
      if (!entry) return;
      await this.wait(this.random.between(1, 15));
      if (!holding.alive) throw new Error('the generation is over');
      const metadata = writeMark(entry.mark);
      if (!this.broker.commit(holding.partition, holding.membership, { offset: entry.offset, metadata }))
        throw new Error('fenced');
      holding.owned.stored(entry);
    });
    holding.commits = stored.catch(() => undefined);
    return stored;
  }

  /** Fetches while there is something to fetch, and waits for the next record otherwise. */
  private feed(holding: Holding): void {
    if (!this.alive || !holding.alive || holding.closed) return;
    const log = this.broker.log(holding.topic, holding.partition);
    const records = log.slice(holding.position, holding.position + this.random.between(1, 6));
    if (records.length === 0) {
      const stop = this.broker.listen(holding.topic, () => {
        stop();
        this.broker.clock.after(fetchIntervalMs, () => this.feed(holding));
      });
      return;
    }
    if (!holding.reader.full()) {
      holding.position += records.length;
      holding.reader.receive(records);
    }
    this.broker.clock.after(fetchIntervalMs, () => this.feed(holding));
  }

  private every(ms: number, holding: Holding, run: () => void): void {
    this.broker.clock.after(ms, () => {
      if (!this.alive || !holding.alive) return;
      run();
      this.every(ms, holding, run);
    });
  }

  private wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      void this.broker.clock.wait(ms, signal).then(() => {
        if (this.alive) resolve();
      });
    });
  }

  private face(): Bus {
    return {
      publish: (contract, publication) => this.publish(contract, publication),
      tombstone: async (contract, key) => {
        await this.wait(this.random.between(1, 10));
        this.broker.append(contract, key, null);
      },
      subscribe: (options) => this.subscribe(options),
      readAll: (contract, options) => this.readAll(contract, options),
      unhealthyReason: () => null,
      close: () => Promise.resolve(),
    };
  }

  private async publish<Value>(contract: Contract<Value>, publication: Publication<Value>): Promise<void> {
    await this.wait(this.random.between(1, 10));
    const fails = this.random.chance(this.publishFailures);
    const lost = new Unavailable({ code: 'kafka.unreachable', what: 'No answer', fix: 'Wait' });
    if (fails && this.random.chance(0.5)) throw lost;
    const { value, traceparent = null } = publication;
    this.broker.append(contract, contract.key(value), value, 0, traceparent);
    if (fails) throw lost;
  }

  private async subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.options = options;
    return {
      ready: () => this.holdings.size > 0,
      leases: () => [...this.holdings.values()].map(({ owned }) => owned.lease),
      unhealthyReason: () => null,
      lag: async () =>
        [...this.holdings.values()].map(({ topic, partition, owned }) => ({
          topic,
          partition,
          committed: owned.finished(),
          end: this.broker.log(topic, partition).length,
        })),
      stop: async () => {
        await Promise.all(this.partitions().map((partition) => this.release(partition)));
      },
    };
  }

  private async readAll<Value>(contract: Contract<Value>, options: ReadAllOptions<Value>): Promise<ReadAll> {
    const hand = (record: unknown) => options.onRecord(record as Received<Value>);
    for (const record of this.broker.log(contract.topic)) hand(record);
    const stop = this.broker.listen(contract.topic, (record) => {
      this.broker.clock.after(2, () => this.alive && hand(record));
    });
    return { caughtUp: Promise.resolve(), stop: async () => stop() };
  }
}
