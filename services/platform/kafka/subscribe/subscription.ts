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
import { joinGroupThrough } from './group.ts';
import type { Group } from './group.ts';
import { createHoldings } from './assignments.ts';
import type { Earlier, Holdings } from './assignments.ts';
import type { Registry } from '../registry/registry.ts';
import { createGeneration } from './session.ts';
import type { Generation, Instant, SessionClock } from './session.ts';
import type { KafkaOptions, SubscribeOptions, Subscription } from '../types.ts';
import { settlesWithin } from '../unless-aborted.ts';
import { createDecoder } from '../wire.ts';

export interface SubscriptionContext {
  client: Kafka;
  registry: Registry;
  log: KafkaOptions['log'];
  clock: SessionClock;
}

const DEFAULT_SESSION_TIMEOUT_MS = 10_000;
const DEFAULT_COMMIT_INTERVAL_MS = 200;
const HEARTBEAT_INTERVAL_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** Bounds how late a resumed partition is fetched again, and how long leaving the group takes. */
const MAX_WAIT_MS = 250;
const MAX_BYTES_PER_PARTITION = 1024 * 1024;
const METADATA_MAX_AGE_MS = 30_000;
const WATCHDOG_MS = 30_000;
/** A stop is to be over within 10 s (issue 3, section 3). */
const STOP_LIMIT_MS = 6_000;
const LEAVE_LIMIT_MS = 2_000;

export function createSubscription(context: SubscriptionContext, options: SubscribeOptions) {
  const { client, registry, clock, log } = context;
  const sessionTimeoutMs = options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS;
  const heartbeatIntervalMs = Math.min(HEARTBEAT_INTERVAL_MS, sessionTimeoutMs / 5);
  const topics = options.contracts.map((contract) => contract.topic);
  const decoders = new Map(
    options.contracts.map((contract) => [contract.topic, createDecoder(contract, registry)]),
  );
  const by = randomUUID();
  const earlier = new Map<string, Earlier>();
  const stopping = new AbortController();
  let group: Group | null = null;
  let generation: Generation | null = null;
  let holdings: Holdings | null = null;
  let lastFetchAt = clock.monotonicMs();
  let crashed: string | null = null;
  let stopped: Promise<void> | null = null;

  const consumer: Consumer = client.consumer({
    groupId: options.group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: heartbeatIntervalMs,
    maxWaitTimeInMs: MAX_WAIT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    partitionAssigners: [coPartitionAssigner(onCluster)],
  });

  function onCluster(cluster: Cluster): void {
    const events = { beforeJoin, joined, generation: () => generation };
    group = joinGroupThrough(cluster, options.group, events, clock, stopping.signal);
  }

  async function beforeJoin(): Promise<void> {
    // Others wait for us now, and nobody has our partitions before we have joined: time to finish what is in flight.
    await holdings?.closeGracefully(sessionTimeoutMs / 2, 'the group is rebalancing');
    generation = null;
    stopping.signal.throwIfAborted();
  }

  function joined(membership: { id: number; memberId: string }, joinedAt: Instant): void {
    generation = createGeneration({ ...membership, joinedAt, sessionTimeoutMs, clock });
  }

  /** kafkajs emits GROUP_JOIN before the first fetch of the generation: nothing is read before its lease is open. */
  function onGroupJoin(assignment: Assignment): void {
    const current = generation;
    if (!current) return;
    consumer.pause(Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions })));
    log.info(
      { group: options.group, generation: current.id, assignment },
      'The group has given out its partitions',
    );
    holdings = createHoldings({
      generation: current,
      group: group!,
      by,
      earlier,
      decoders,
      open: (lease) => options.open(lease),
      pause: (topic, partition) => consumer.pause([{ topic, partitions: [partition] }]),
      resume: (topic, partition) => consumer.resume([{ topic, partitions: [partition] }]),
      seek: (topic, partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
      log,
    });
    holdings.open(assignment).catch((error: unknown) => {
      if (current.alive()) {
        log.error(
          { group: options.group },
          `The partitions could not be opened, joining anew: ${String(error)}`,
        );
        current.end('the partitions could not be opened');
      }
    });
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    // Nothing may be thrown: a TypeError in here ends the consumer for ever (platform.md, section 2).
    try {
      const feed = holdings?.feed(batch.topic, batch.partition);
      if (feed?.offer(batch)) payload.resolveOffset(batch.lastOffset());
    } catch (error) {
      log.error(
        { topic: batch.topic, partition: batch.partition },
        `A batch could not be taken: ${String(error)}`,
      );
      generation?.end('a batch could not be taken');
    }
  }

  function onCrash(cause: Error, restart: boolean): void {
    const member = generation;
    member?.end('the consumer crashed');
    // It comes back as a new member; without this the group would wait for the old one.
    if (member) void group?.leave(member).catch(() => undefined);
    if (!restart && !stopping.signal.aborted) dead(cause);
  }

  /** kafkajs does not restart it; the process goes on living, so it must be seen: /readyz fails, and an alert follows. */
  function dead(cause: Error): void {
    crashed = `the consumer of ${options.group} is dead: ${cause.message}. Restart the process`;
    log.error({ group: options.group, topics }, crashed);
  }

  const tick = setInterval(() => {
    if (generation?.alive()) holdings?.store();
  }, options.commitIntervalMs ?? DEFAULT_COMMIT_INTERVAL_MS);

  const pulse = setInterval(() => {
    const current = generation;
    if (!current?.alive() || current.sinceContactMs() < 2 * heartbeatIntervalMs) return;
    // A loop that makes no progress at all is not to be kept alive.
    if (clock.monotonicMs() - lastFetchAt > WATCHDOG_MS) return;
    group?.heartbeat(current).catch(() => undefined);
  }, heartbeatIntervalMs);

  consumer.on('consumer.group_join', (event) => onGroupJoin(event.payload.memberAssignment));
  consumer.on('consumer.fetch', () => (lastFetchAt = clock.monotonicMs()));
  consumer.on('consumer.crash', (event) => onCrash(event.payload.error, event.payload.restart));

  async function start(): Promise<void> {
    // Its own version of a contract is what a reader meets most often; better known before the first record.
    for (const topic of topics) registry.writer(topic).catch(() => undefined);
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch,
    });
  }

  async function stop(): Promise<void> {
    await holdings?.closeGracefully(STOP_LIMIT_MS, 'the process stops');
    stopping.abort(new Error('the subscription is stopping'));
    clearInterval(tick);
    clearInterval(pulse);
    await settlesWithin(consumer.disconnect(), LEAVE_LIMIT_MS);
  }

  function unhealthyReason(): string | null {
    if (crashed) return crashed;
    const silentMs = clock.monotonicMs() - lastFetchAt;
    if (silentMs > WATCHDOG_MS)
      return `${options.group} has fetched nothing for ${Math.round(silentMs / 1000)} s`;
    return holdings?.unhealthyReason() ?? null;
  }

  const subscription: Subscription = {
    ready: () => holdings?.ready() ?? false,
    leases: () => holdings?.leases() ?? [],
    unhealthyReason,
    lag: async () => (holdings === null ? [] : holdings.lag()),
    stop: () => (stopped ??= stop()),
  };
  return { subscription, start };
}
