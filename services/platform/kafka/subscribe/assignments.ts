/**
 * The partitions that one generation of the group has given us: opened once each, closed once each.
 *
 * Opening: wait until this process's own earlier reader of the partition has closed; read what the group has stored;
 * store our first mark (by which the coordinator also confirms the generation); open the reader; seek; resume.
 * Closing gracefully (the group is about to be joined anew, or the process stops): readers finish what is in flight
 * while nobody else can have their partitions, then offsets and clean marks are stored. Closing lost: readers are told,
 * and nothing is stored any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Assignment } from 'kafkajs';
import { createCommitter } from './committer.ts';
import { createFeed } from './fetcher.ts';
import type { Feed } from './fetcher.ts';
import type { Group } from './group.ts';
import { ownPartition } from './lease.ts';
import type { OwnedPartition } from './lease.ts';
import { takeOver } from './claim.ts';
import type { Bounds, Stored, Takeover } from './claim.ts';
import type { Generation } from './session.ts';
import type { KafkaOptions, Lease, PartitionLag, PartitionReader } from '../types.ts';
import { settlesWithin, unlessAborted } from '../unless-aborted.ts';
import type { Decoder } from '../wire.ts';

/** What this process remembers of its own earlier readers, over all generations of one subscription. */
export interface Earlier {
  closed: Promise<void>;
  owned: OwnedPartition;
}

export interface HoldingsOptions {
  generation: Generation;
  group: Group;
  /** One uuid per subscription. */
  by: string;
  earlier: Map<string, Earlier>;
  decoders: Map<string, Decoder>;
  open(lease: Lease): PartitionReader;
  /** Of the consumer; they may throw when it has just crashed. */
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
  seek(topic: string, partition: number, offset: number): void;
  log: KafkaOptions['log'];
}

export interface Holdings {
  open(assignment: Assignment): Promise<void>;
  /** Resolves when all readers have closed and all is stored, or after the limit. The generation is over then. */
  closeGracefully(limitMs: number, reason: string): Promise<void>;
  feed(topic: string, partition: number): Feed | null;
  ready(): boolean;
  leases(): Lease[];
  unhealthyReason(): string | null;
  lag(): Promise<PartitionLag[]>;
  /** Stores what has been finished since the last time. */
  store(): void;
}

interface Holding {
  owned: OwnedPartition;
  reader: PartitionReader;
  feed: Feed;
  closing: Promise<void> | null;
}

const RETRY_MS = 300;
/** For the last commit after the readers have closed. */
const LAST_COMMIT_LIMIT_MS = 2_000;

export function createHoldings(options: HoldingsOptions): Holdings {
  const { generation, group, log } = options;
  const owned = new Set<OwnedPartition>();
  const holdings = new Map<string, Holding>();
  let isReady = false;
  let broken: string | null = null;

  const committer = createCommitter({
    generation,
    partitions: () => owned,
    commit: (topics) => group.commit(generation, topics),
    onRetry: (error) => log.warn({ error: String(error) }, 'A commit is tried again'),
  });

  generation.over.addEventListener('abort', () => {
    for (const holding of holdings.values()) void close(holding, true);
  });

  async function open(assignment: Assignment): Promise<void> {
    await Promise.all(Object.entries(assignment).map(([topic, partitions]) => openTopic(topic, partitions)));
    isReady = broken === null;
  }

  async function openTopic(topic: string, partitions: number[]): Promise<void> {
    if (partitions.length === 0) return;
    const stored = await insist(() => group.stored(topic, partitions));
    const bounds = await insist(() => group.bounds(topic, partitions));
    await Promise.all(
      partitions.map((partition) =>
        openPartition(topic, partition, stored.get(partition)!, bounds.get(partition)!),
      ),
    );
  }

  async function openPartition(
    topic: string,
    partition: number,
    stored: Stored,
    bounds: Bounds,
  ): Promise<void> {
    const key = nameOf(topic, partition);
    const before = options.earlier.get(key);
    await unlessAborted(before?.closed ?? Promise.resolve(), generation.over);
    const takeover = knownOf(takeOver(stored, bounds), before);
    if (takeover.gap) log.error({ topic, partition }, `A gap on ${key}: ${takeover.gap}`);
    const { by } = options;
    const one = ownPartition({ topic, partition, takeover, by, generation, store: () => committer.store() });
    owned.add(one);
    await committer.store();
    if (!generation.alive()) throw generation.over.reason;
    hold(key, one);
  }

  /** Of its own earlier reader a process knows more than that one could store: it has closed by now. */
  function knownOf(takeover: Takeover, before: Earlier | undefined): Takeover {
    if (!before || takeover.by !== options.by) return takeover;
    return { ...takeover, clean: takeover.clean || before.owned.leftClean() };
  }

  function hold(key: string, one: OwnedPartition): void {
    const { topic, partition, lease } = one;
    const reader = openReader(key, lease);
    if (!reader) return;
    const feed = createFeed({
      topic,
      partition,
      start: lease.start,
      reader,
      decoder: options.decoders.get(topic)!,
      pause: () => options.pause(topic, partition),
      resume: () => options.resume(topic, partition),
      seek: (offset) => options.seek(topic, partition, offset),
      bounds: async () => (await group.bounds(topic, [partition])).get(partition)!,
      recreated: () => generation.end(`${topic} was recreated`),
      over: generation.over,
      log,
    });
    holdings.set(key, { owned: one, reader, feed, closing: null });
    options.seek(topic, partition, lease.start);
    options.resume(topic, partition);
  }

  function openReader(key: string, lease: Lease): PartitionReader | null {
    try {
      return options.open(lease);
    } catch (error) {
      broken = `the reader of ${key} could not be opened: ${String(error)}`;
      log.error({ topic: lease.topic, partition: lease.partition }, broken);
      return null;
    }
  }

  function close(holding: Holding, lost: boolean): Promise<void> {
    const { owned: one, reader, feed } = holding;
    holding.closing ??= (async () => {
      feed.close();
      try {
        one.closed(await reader.close(lost));
      } catch (error) {
        one.closed(false);
        log.error(
          { topic: one.topic, partition: one.partition },
          `close() of a reader threw: ${String(error)}`,
        );
      }
    })();
    options.earlier.set(nameOf(one.topic, one.partition), { closed: holding.closing, owned: one });
    return holding.closing;
  }

  async function closeGracefully(limitMs: number, reason: string): Promise<void> {
    if (generation.alive()) {
      isReady = false;
      const closed = Promise.all([...holdings.values()].map((holding) => close(holding, false)));
      if (!(await settlesWithin(closed, limitMs))) {
        log.warn(
          { limitMs },
          `Work is still in flight after ${limitMs} ms; the next owner will look it up (${reason})`,
        );
      }
      await settlesWithin(committer.store(), LAST_COMMIT_LIMIT_MS);
    }
    generation.end(reason);
  }

  /** Until it succeeds or the generation is over: a coordinator that has just started is still loading its offsets. */
  async function insist<Result>(ask: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await unlessAborted(ask(), generation.over);
      } catch (error) {
        if (!generation.alive()) throw error;
        log.warn({ error: String(error) }, 'Cannot read the committed offsets yet');
        await delay(RETRY_MS, undefined, { signal: generation.over });
      }
    }
  }

  async function lag(): Promise<PartitionLag[]> {
    const current = [...holdings.values()].flatMap(({ owned: one }) => (one.lease.isCurrent() ? one : []));
    const topics = [...Map.groupBy(current, ({ topic }) => topic)].map(async ([topic, held]) => {
      const partitions = held.map(({ partition }) => partition);
      const bounds = await unlessAborted(group.bounds(topic, partitions), generation.over);
      return held.map((one) => ({
        topic,
        partition: one.partition,
        committed: one.finished(),
        end: bounds.get(one.partition)!.end,
      }));
    });
    return (await Promise.all(topics)).flat();
  }

  return {
    open,
    closeGracefully,
    lag,
    feed: (topic, partition) => holdings.get(nameOf(topic, partition))?.feed ?? null,
    ready: () => isReady && generation.alive(),
    leases: () =>
      [...holdings.values()].map((holding) => holding.owned.lease).filter((lease) => lease.isCurrent()),
    unhealthyReason: () =>
      broken ?? [...holdings.values()].map((one) => one.feed.unhealthyReason()).find(Boolean) ?? null,
    store: () => void committer.store().catch(() => undefined),
  };
}

export function nameOf(topic: string, partition: number): string {
  return `${topic}[${partition}]`;
}
