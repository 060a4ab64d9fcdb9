/**
 * A member of a consumer group, from joining to leaving. kafkajs runs the group and the fetch loop; who may work on
 * what, and what is committed, is decided here (see types.ts for the protocol, group.ts for how).
 *
 * `eachBatch` only hands records over, so the fetch loop never waits for work and heart-beats by itself; a timer adds
 * one when the loop is held up (an unanswered fetch). Nothing is committed by kafkajs.
 */
import { randomUUID } from 'node:crypto';
import type { Assignment, Cluster, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { coPartitionAssigner } from './assigner.ts';
import { KafkajsGroup } from './group.ts';
import { fetchPatiently } from './patience.ts';
import type { Group } from './group.ts';
import { Assignments } from './assignments.ts';
import type { Earlier } from './lease.ts';
import type { Registry } from '../registry/registry.ts';
import { Generation } from './session.ts';
import type { Instant, SessionClock } from './session.ts';
import type { KafkaOptions, Lease, PartitionLag, SubscribeOptions, Subscription } from '../types.ts';
import { messageOf } from '../../errors.ts';
import { settlesWithin } from '../../waiting.ts';
import { createDecoder } from '../wire.ts';
import type { Decoder } from '../wire.ts';

export interface SubscriptionContext {
  client: Kafka;
  registry: Registry;
  log: KafkaOptions['log'];
  onDead(why: string): void;
  clock: SessionClock;
}

const defaultSessionTimeoutMs = 10_000;
const defaultCommitIntervalMs = 200;
const maxHeartbeatIntervalMs = 1_000;
/**
 * How long a rebalance waits for a member, in sessions. A member needs half a session to finish and a little to join; one
 * whose connection was cut while it joined is waited for in vain, and so are all others, for as long as this.
 */
const rebalanceSessions = 1.5;
/** Bounds how late a resumed partition is fetched again. */
const maxWaitMs = 250;
/** kafkajs heart-beats after an empty fetch, and so learns of a rebalance: that must not come later than it would. */
const quietWaitMs = maxHeartbeatIntervalMs;
const maxBytesPerPartition = 1024 * 1024;
const metadataMaxAgeMs = 30_000;
const watchdogMs = 30_000;
const identityCheckMs = 5_000;
/** A stop is to be over within the 10 s that a process has. */
const stopLimitMs = 6_000;
const leaveLimitMs = 2_000;

export class GroupMember implements Subscription {
  onStopped: () => void = () => undefined;
  readonly #context: SubscriptionContext;
  readonly #options: SubscribeOptions;
  readonly #sessionTimeoutMs: number;
  readonly #heartbeatIntervalMs: number;
  readonly #topics: string[];
  readonly #decoders: Map<string, Decoder>;
  readonly #by = randomUUID();
  readonly #earlier = new Map<string, Earlier>();
  readonly #stopping = new AbortController();
  readonly #consumer: Consumer;
  #timers: NodeJS.Timeout[] = [];
  #group: Group | null = null;
  #generation: Generation | null = null;
  #assignments: Assignments | null = null;
  #lastFetchAt: number;
  #stopped: Promise<void> | null = null;

  constructor(context: SubscriptionContext, options: SubscribeOptions) {
    this.#context = context;
    this.#options = options;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? defaultSessionTimeoutMs;
    this.#heartbeatIntervalMs = Math.min(maxHeartbeatIntervalMs, this.#sessionTimeoutMs / 5);
    this.#topics = options.contracts.map((contract) => contract.topic);
    this.#decoders = new Map(
      options.contracts.map((contract) => [
        contract.topic,
        createDecoder(contract, context.registry, options.lazily ? 'unread' : 'all'),
      ]),
    );
    this.#lastFetchAt = context.clock.monotonicMs();
    this.#consumer = context.client.consumer({
      groupId: options.group,
      sessionTimeout: this.#sessionTimeoutMs,
      rebalanceTimeout: rebalanceSessions * this.#sessionTimeoutMs,
      heartbeatInterval: this.#heartbeatIntervalMs,
      maxWaitTimeInMs: maxWaitMs,
      maxBytesPerPartition,
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      partitionAssigners: [coPartitionAssigner((cluster) => this.#onCluster(cluster))],
    });
  }

  async start(): Promise<void> {
    const consumer = this.#consumer;
    consumer.on('consumer.group_join', ({ payload }) => this.#onGroupJoin(payload.memberAssignment));
    consumer.on('consumer.fetch', () => (this.#lastFetchAt = this.#context.clock.monotonicMs()));
    consumer.on('consumer.crash', ({ payload }) => this.#onCrash(payload.error, payload.restart));
    this.#timers = [
      setInterval(() => this.#store(), this.#options.commitIntervalMs ?? defaultCommitIntervalMs),
      setInterval(() => this.#heartbeat(), this.#heartbeatIntervalMs),
      setInterval(() => void this.#assignments?.checkTopics(), identityCheckMs),
    ];
    // Its own version of a contract is what a reader meets most often; better known before the first record.
    for (const topic of this.#topics) this.#context.registry.writer(topic).catch(() => undefined);
    await consumer.connect();
    await consumer.subscribe({ topics: this.#topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  ready(): boolean {
    return this.#assignments?.ready() ?? false;
  }

  leases(): Lease[] {
    return this.#assignments?.leases() ?? [];
  }

  unhealthyReason(): string | null {
    const silentMs = this.#context.clock.monotonicMs() - this.#lastFetchAt;
    // What is stopped on purpose is no trouble.
    if (silentMs <= watchdogMs || this.#stopped) return null;
    return `${this.#options.group} has fetched nothing for ${Math.round(silentMs / 1000)} s`;
  }

  async lag(): Promise<PartitionLag[]> {
    return (await this.#assignments?.lag()) ?? [];
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    await this.#assignments?.closeGracefully(stopLimitMs, 'the process stops');
    this.#stopping.abort(new Error('the subscription is stopping'));
    for (const timer of this.#timers) clearInterval(timer);
    await settlesWithin(this.#consumer.disconnect(), leaveLimitMs);
    this.onStopped();
  }

  #onCluster(cluster: Cluster): void {
    const events = {
      beforeJoin: () => this.#beforeJoin(),
      joined: (membership: { id: number; memberId: string }, joinedAt: Instant) =>
        this.#joined(membership, joinedAt),
      generation: () => this.#generation,
    };
    const { clock } = this.#context;
    const over = this.#stopping.signal;
    const isQuiet = () => this.#assignments?.isQuiet() ?? false;
    fetchPatiently(cluster, { waitMs: quietWaitMs, isQuiet, over });
    this.#group = new KafkajsGroup(cluster, this.#options.group, events, clock, over);
  }

  async #beforeJoin(): Promise<void> {
    // Others wait for us now, and nobody has our partitions before we have joined: time to finish what is in flight.
    await this.#assignments?.closeGracefully(this.#sessionTimeoutMs / 2, 'the group is rebalancing');
    this.#generation = null;
    this.#stopping.signal.throwIfAborted();
  }

  #joined(membership: { id: number; memberId: string }, joinedAt: Instant): void {
    const { clock } = this.#context;
    this.#generation = new Generation({
      ...membership,
      joinedAt,
      sessionTimeoutMs: this.#sessionTimeoutMs,
      clock,
    });
  }

  /** kafkajs emits GROUP_JOIN before the first fetch of the generation: nothing is read before its lease is open. */
  #onGroupJoin(assignment: Assignment): void {
    const generation = this.#generation;
    if (!generation) return;
    const consumer = this.#consumer;
    const { log } = this.#context;
    const { group } = this.#options;
    consumer.pause(Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions })));
    log.info({ group, generation: generation.id, assignment }, 'The group has given out its partitions');
    this.#assignments = new Assignments({
      generation,
      group: this.#group!,
      by: this.#by,
      earlier: this.#earlier,
      decoders: this.#decoders,
      open: (lease) => this.#options.open(lease),
      pause: (topic, partition) => consumer.pause([{ topic, partitions: [partition] }]),
      resume: (topic, partition) => consumer.resume([{ topic, partitions: [partition] }]),
      seek: (topic, partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
      onFailed: (why) => this.#context.onDead(why),
      log,
    });
    this.#assignments.open(assignment).catch((error: unknown) => {
      if (!generation.alive()) return;
      log.error({ group }, `The partitions could not be opened, joining anew: ${String(error)}`);
      generation.end('the partitions could not be opened');
    });
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    // Nothing may be thrown: a TypeError in here ends the consumer for ever.
    try {
      if (this.#assignments?.fetcher(topic, partition)?.offer(batch))
        payload.resolveOffset(batch.lastOffset());
    } catch (error) {
      this.#context.log.error({ topic, partition }, `A batch could not be taken: ${String(error)}`);
      this.#generation?.end('a batch could not be taken');
    }
  }

  #onCrash(cause: Error, restart: boolean): void {
    const member = this.#generation;
    member?.end('the consumer crashed');
    // It comes back as a new member; without this the group would wait for the old one.
    if (member) void this.#group?.leave(member).catch(() => undefined);
    if (!restart && !this.#stopping.signal.aborted)
      this.#context.onDead(`the consumer of ${this.#options.group} was given up: ${messageOf(cause)}`);
  }

  #store(): void {
    if (this.#generation?.alive()) this.#assignments?.store();
  }

  #heartbeat(): void {
    const current = this.#generation;
    if (!current?.alive() || current.sinceContactMs() < 2 * this.#heartbeatIntervalMs) return;
    // A loop that makes no progress at all is not to be kept alive.
    if (this.#context.clock.monotonicMs() - this.#lastFetchAt > watchdogMs) return;
    this.#group?.heartbeat(current).catch(() => undefined);
  }
}
