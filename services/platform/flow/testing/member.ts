import type { Contract } from '../../../../schemas/topics.ts';
import { Unavailable } from '../../errors.ts';
import { assertCurrent } from '../../fence.ts';
import { OwnedPartition } from '../../kafka/subscribe/lease.ts';
import { writeClaim } from '../../kafka/subscribe/claim.ts';
import type { Bus, Publication, SubscribeOptions, Subscription } from '../../kafka/types.ts';
import type { Assignment } from './assignment.ts';
import type { SimulatedBroker } from './broker.ts';
import type { Random } from './random.ts';
import { readUntil, withAll } from './recording-bus.ts';
import { SleepingClock } from './sleeping-clock.ts';

const commitIntervalMs = 250;
const fetchIntervalMs = 20;
/** How late a topic that was recreated is noticed where the position fits the new one as well. */
const identityCheckMs = 5_000;
/** How long a rebalance waits for what is in flight. */
const closeLimitMs = 6_000;
const sessionMs = 15_000;
let generations = 0;

/**
 * One process of the group, as its flow sees it: a bus and a clock that stop answering when it crashes. Its leases are
 * the real ones (`kafka/lease.ts`); what a broker and kafkajs do around them is simulated.
 */
export class Member {
  readonly name: string;
  readonly clock: SleepingClock;
  readonly bus: Bus;
  alive = true;
  /** It stops, and gets no more partitions. */
  stopping = false;
  /** Share of publishes that fail, half of them after they were stored. */
  publishFailures = 0;
  /** Share of publishes that land only when whoever sent them may long have lost everything. */
  latePublishes = 0;
  readonly #assignments = new Map<number, Assignment>();
  readonly #earlier = new Map<number, Assignment>();
  #options: SubscribeOptions | null = null;
  readonly #broker: SimulatedBroker;
  readonly #random: Random;

  constructor(name: string, broker: SimulatedBroker, random: Random) {
    this.name = name;
    this.#broker = broker;
    this.#random = random;
    this.clock = new SleepingClock(broker.clock);
    this.bus = this.#face();
  }

  /** The process is gone: nothing it awaits ever comes, what it has sent goes on without it. */
  crash(): void {
    this.alive = false;
    this.clock.die();
    for (const assignment of this.#assignments.values()) assignment.alive = false;
  }

  /** The machine is suspended: nothing runs until it wakes, and then its leases are over if that took too long. */
  sleep(ms: number): void {
    this.clock.sleep(ms);
    if (ms < sessionMs) return;
    const lost = [...this.#assignments.values()];
    this.#assignments.clear();
    for (const assignment of [...lost, ...this.#earlier.values()]) assignment.alive = false;
    this.#broker.clock.after(ms, () => {
      for (const assignment of lost) if (this.alive) void this.#close(assignment, true);
    });
  }

  holds(partition: number): boolean {
    return this.#assignments.get(partition)?.alive ?? false;
  }

  position(partition: number): number {
    return this.#assignments.get(partition)?.position ?? -1;
  }

  partitions(): number[] {
    return [...this.#assignments.keys()].filter((partition) => this.holds(partition));
  }

  /** The group gives this process a partition, which nobody else may hold. */
  async assign(topic: string, partition: number): Promise<void> {
    const membership = { member: this.name, generation: (generations += 1) };
    this.#broker.owners.set(partition, membership);
    const before = this.#earlier.get(partition);
    await before?.closed;
    if (!this.alive || this.stopping || this.#broker.owners.get(partition) !== membership) return;
    const found = this.#broker.takeOver(topic, partition);
    const known = before && found.by === this.name && before.owned.leftClean();
    const full = { topic, partition, membership, alive: true, closed: null } as unknown as Assignment;
    full.owned = new OwnedPartition({
      topic,
      partition,
      takeover: { ...found, clean: found.clean || known === true },
      by: this.name,
      generation: { alive: () => full.alive },
      store: () => this.#store(full),
    });
    await this.#store(full).catch(() => undefined);
    if (!full.alive || !this.alive) return;
    this.#assignments.set(partition, full);
    full.position = full.owned.start;
    full.reader = this.#options!.open(full.owned);
    this.#keepCommitting(full);
    this.#watchTopic(full);
    this.#fetch(full);
  }

  /** The session has run out: the partition is somebody else's, and this process knows it. */
  lose(partition: number): void {
    const assignment = this.#assignments.get(partition);
    if (!assignment) return;
    this.#assignments.delete(partition);
    if (this.#broker.owners.get(partition) === assignment.membership) this.#broker.owners.delete(partition);
    assignment.alive = false;
    void this.#close(assignment, true);
  }

  /** A rebalance: what is in flight ends first, if it does so in time. */
  async release(partition: number): Promise<void> {
    const assignment = this.#assignments.get(partition);
    if (!assignment) return;
    this.#assignments.delete(partition);
    const limit = new AbortController();
    await Promise.race([this.#close(assignment, false), this.clock.wait(closeLimitMs, limit.signal)]);
    limit.abort('closed');
    if (assignment.alive) await this.#store(assignment).catch(() => undefined);
    assignment.alive = false;
    if (this.#broker.owners.get(partition) === assignment.membership) this.#broker.owners.delete(partition);
  }

  #close(assignment: Assignment, lost: boolean): Promise<void> {
    assignment.closed ??= assignment.reader.close(lost).then((clean) => assignment.owned.closed(clean));
    this.#earlier.set(assignment.partition, assignment);
    return assignment.closed;
  }

  #store(assignment: Assignment): Promise<void> {
    const stored = Promise.resolve(assignment.commits).then(async () => {
      const entry = assignment.owned.toStore();
      if (!entry) return;
      await this.clock.wait(this.#random.between(1, 15));
      if (!assignment.alive) throw new Error('the generation is over');
      const commit = { offset: entry.offset, metadata: writeClaim(entry.claim) };
      if (!this.#broker.commit(assignment.partition, assignment.membership, commit))
        throw new Error('fenced');
      assignment.owned.stored(entry);
    });
    assignment.commits = stored.catch(() => undefined);
    return stored;
  }

  /** Fetches while there is something to fetch, and waits for the next record otherwise. */
  #fetch(assignment: Assignment): void {
    if (!this.alive || !assignment.alive || assignment.closed) return;
    if (this.clock.isAsleep) {
      this.clock.whenAwake(() => this.#fetch(assignment));
      return;
    }
    if (assignment.position > this.#broker.end(assignment.topic, assignment.partition))
      return this.#joinAnew(assignment);
    const log = this.#broker.log(assignment.topic, assignment.partition);
    const from = log.findIndex(({ offset }) => offset >= assignment.position);
    const records = from < 0 ? [] : log.slice(from, from + this.#random.between(1, 6));
    if (records.length === 0) {
      const stop = this.#broker.listen(assignment.topic, () => {
        stop();
        this.#broker.clock.after(fetchIntervalMs, () => this.#fetch(assignment));
      });
      return;
    }
    if (!assignment.reader.full()) {
      assignment.position = records.at(-1)!.offset + 1;
      assignment.reader.receive(records);
    }
    this.#broker.clock.after(fetchIntervalMs, () => this.#fetch(assignment));
  }

  #keepCommitting(assignment: Assignment): void {
    if (!this.alive || !assignment.alive) return;
    if (!this.clock.isAsleep) void this.#store(assignment).catch(() => undefined);
    this.#broker.clock.after(commitIntervalMs, () => this.#keepCommitting(assignment));
  }

  #watchTopic(assignment: Assignment): void {
    if (!this.alive || !assignment.alive || assignment.closed) return;
    const isAnother = this.#broker.topicId(assignment.topic) !== assignment.owned.topicId;
    if (isAnother && !this.clock.isAsleep) return this.#joinAnew(assignment);
    this.#broker.clock.after(identityCheckMs, () => this.#watchTopic(assignment));
  }

  /** The topic was recreated. */
  #joinAnew({ topic, partition }: Assignment): void {
    this.lose(partition);
    if (!this.#broker.owners.has(partition)) void this.assign(topic, partition);
  }

  #face(): Bus {
    return withAll({
      publish: (contract, publication) => this.#publish(contract, publication),
      tombstone: async (contract, key) => {
        await this.clock.wait(this.#random.between(1, 10));
        this.#broker.append(contract, key, null, this.#broker.partitionOf(contract, key));
      },
      subscribe: (options) => this.#subscribe(options),
      readAll: async ({ topic }, options) => {
        const later = (run: () => void) => void this.#broker.clock.after(2, () => this.alive && run());
        return readUntil(this.#broker.follow(topic, (record) => options.onRecord(record as never), later));
      },
      follow: () => Promise.reject(new Error('nothing of others is followed here')),
      unhealthyReason: () => null,
      close: () => Promise.resolve(),
    });
  }

  async #publish<Value>(contract: Contract<Value>, publication: Publication<Value>): Promise<void> {
    await this.clock.wait(this.#random.between(1, 10));
    assertCurrent(contract.topic);
    const fails = this.#random.chance(this.publishFailures);
    const lost = new Unavailable({ code: 'kafka.unreachable', what: 'No answer', fix: 'Wait' });
    if (fails && this.#random.chance(0.5)) throw lost;
    if (this.#random.chance(this.latePublishes))
      await this.#broker.clock.wait(this.#random.between(0, 2 * sessionMs));
    const { value, traceparent = null } = publication;
    const key = contract.key(value);
    this.#broker.append(contract, key, value, this.#broker.partitionOf(contract, key), traceparent);
    await this.clock.wait(0);
    if (fails) throw lost;
  }

  async #subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.#options = options;
    return {
      ready: () => this.#assignments.size > 0,
      leases: () => [...this.#assignments.values()].map(({ owned }) => owned),
      unhealthyReason: () => null,
      lag: async () =>
        [...this.#assignments.values()].map(({ topic, partition, owned }) => ({
          topic,
          partition,
          committed: owned.finished,
          end: this.#broker.end(topic, partition),
        })),
      stop: async () => {
        await Promise.all(this.partitions().map((partition) => this.release(partition)));
      },
    };
  }
}
