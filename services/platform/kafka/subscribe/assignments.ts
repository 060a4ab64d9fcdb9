/**
 * The partitions that one generation of the group has given us: opened once each, closed once each.
 *
 * Opening: wait until this process's own earlier reader of the partition has closed; read what the group has stored;
 * store our first claim (by which the coordinator also confirms the generation); open the reader; seek; resume.
 * Closing gracefully (before a new join, or a stop): readers finish what is in flight while nobody else can have their
 * partitions, then offsets and clean claims are stored. Closing lost: readers are told, nothing is stored any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Assignment } from 'kafkajs';
import { Committer } from './committer.ts';
import { Fetcher } from './fetcher.ts';
import type { Group } from './group.ts';
import { OwnedPartition } from './lease.ts';
import type { Earlier } from './lease.ts';
import { isAnotherTopic, takeOver } from './claim.ts';
import type { Bounds, Stored, Takeover } from './claim.ts';
import type { Generation } from './session.ts';
import type { KafkaOptions, Lease, PartitionLag, PartitionReader } from '../types.ts';
import { settlesWithin, unlessAborted } from '../../waiting.ts';
import type { Decoder } from '../wire.ts';

export interface AssignmentsOptions {
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
  /** A reader could not be opened, or threw: only a restart of the process mends it. */
  onFailed(why: string): void;
  log: KafkaOptions['log'];
}

interface Assigned {
  owned: OwnedPartition;
  reader: PartitionReader;
  fetcher: Fetcher;
  closing: Promise<void> | null;
}

const retryMs = 300;
/** For the last commit after the readers have closed. */
const lastCommitLimitMs = 2_000;

export class Assignments {
  readonly #options: AssignmentsOptions;
  readonly #owned = new Set<OwnedPartition>();
  readonly #assigned = new Map<string, Assigned>();
  readonly #committer: Committer;
  #isReady = false;

  constructor(options: AssignmentsOptions) {
    this.#options = options;
    const { generation, group, log } = options;
    this.#committer = new Committer({
      generation,
      partitions: () => this.#owned,
      commit: (topics) => group.commit(generation, topics),
      onRetry: (error) => log.warn({ error: String(error) }, 'A commit is tried again'),
    });
    generation.over.addEventListener('abort', () => {
      for (const assigned of this.#assigned.values()) void this.#close(assigned, true);
    });
  }

  async open(assignment: Assignment): Promise<void> {
    const topics = Object.entries(assignment).filter(([, partitions]) => partitions.length > 0);
    await Promise.all(topics.map(([topic, partitions]) => this.#openTopic(topic, partitions)));
    this.#isReady = true;
  }

  /** Resolves when all readers have closed and all is stored, or after the limit. The generation is over then. */
  async closeGracefully(limitMs: number, reason: string): Promise<void> {
    const { generation, log } = this.#options;
    if (generation.alive()) {
      this.#isReady = false;
      const closed = Promise.all(
        [...this.#assigned.values()].map((assigned) => this.#close(assigned, false)),
      );
      if (!(await settlesWithin(closed, limitMs)))
        log.warn(
          { limitMs },
          `Work is still in flight after ${limitMs} ms; the next owner will look it up (${reason})`,
        );
      await settlesWithin(this.#committer.store(), lastCommitLimitMs);
    }
    generation.end(reason);
  }

  fetcher(topic: string, partition: number): Fetcher | null {
    return this.#assigned.get(nameOf(topic, partition))?.fetcher ?? null;
  }

  ready(): boolean {
    return this.#isReady && this.#options.generation.alive();
  }

  /** All partitions are open, and read on. */
  isQuiet(): boolean {
    return this.#isReady && [...this.#assigned.values()].every(({ fetcher }) => !fetcher.isPaused);
  }

  leases(): OwnedPartition[] {
    return [...this.#assigned.values()].map(({ owned }) => owned).filter((lease) => lease.isCurrent());
  }

  async lag(): Promise<PartitionLag[]> {
    const { group, generation } = this.#options;
    const current = [...this.#owned].filter((one) => one.isCurrent());
    const topics = [...Map.groupBy(current, ({ topic }) => topic)].map(async ([topic, owned]) => {
      const partitions = owned.map(({ partition }) => partition);
      const bounds = await unlessAborted(group.bounds(topic, partitions), generation.over);
      return owned.map(({ partition, finished, doneAbove }) => ({
        topic,
        partition,
        committed: finished,
        ...(doneAbove > 0 && { doneAbove }),
        end: bounds.get(partition)!.end,
      }));
    });
    return (await Promise.all(topics)).flat();
  }

  /**
   * To be called now and then: kafkajs goes on with the offset where it stood when a topic is recreated within a moment
   * and holds as many records again, and no answer of the broker tells.
   */
  async checkTopics(): Promise<void> {
    const { group, generation, log } = this.#options;
    const firsts = [...Map.groupBy(this.leases(), ({ topic }) => topic).values()].map(([first]) => first!);
    for (const { topic, partition, topicId } of firsts) {
      if (!isAnotherTopic(await group.topicId(topic, partition), topicId)) continue;
      log.error({ topic }, `A gap: ${topic} was recreated under its reader`);
      generation.end(`${topic} was recreated`);
    }
  }

  /** Stores what has been finished since the last time. */
  store(): void {
    this.#committer.store().catch(() => undefined);
  }

  async #openTopic(topic: string, partitions: number[]): Promise<void> {
    const { group } = this.#options;
    const stored = await this.#untilAnswered(() => group.stored(topic, partitions));
    const bounds = await this.#untilAnswered(() => group.bounds(topic, partitions));
    await Promise.all(
      partitions.map((partition) =>
        this.#openPartition(topic, partition, stored.get(partition)!, bounds.get(partition)!),
      ),
    );
  }

  async #openPartition(topic: string, partition: number, stored: Stored, bounds: Bounds): Promise<void> {
    const { generation, by, log } = this.#options;
    const name = nameOf(topic, partition);
    const before = this.#options.earlier.get(name);
    await unlessAborted(before?.closed ?? Promise.resolve(), generation.over);
    const takeover = this.#knownOf(takeOver(stored, bounds), before);
    if (takeover.gap) log.error({ topic, partition }, `A gap on ${name}: ${takeover.gap}`);
    const store = () => this.#committer.store();
    const owned = new OwnedPartition({ topic, partition, takeover, by, generation, store });
    this.#owned.add(owned);
    await store();
    if (!generation.alive()) throw generation.over.reason;
    this.#begin(owned);
  }

  /** Of its own earlier reader a process knows more than that one could store: it has closed by now. */
  #knownOf(takeover: Takeover, before: Earlier | undefined): Takeover {
    if (!before || takeover.by !== this.#options.by) return takeover;
    return { ...takeover, clean: takeover.clean || before.owned.leftClean() };
  }

  #begin(owned: OwnedPartition): void {
    const { topic, partition, topicId, start } = owned;
    const { generation, group, decoders, log } = this.#options;
    const reader = this.#openReader(owned);
    if (!reader) return;
    const fetcher = new Fetcher({
      topic,
      partition,
      start,
      reader,
      decoder: decoders.get(topic)!,
      pause: () => this.#options.pause(topic, partition),
      resume: () => this.#options.resume(topic, partition),
      seek: (offset) => this.#options.seek(topic, partition, offset),
      bounds: async () => (await group.bounds(topic, [partition])).get(partition)!,
      topicId: () => topicId,
      onRecreated: () => generation.end(`${topic} was recreated`),
      onFailed: (why) => this.#options.onFailed(why),
      over: generation.over,
      log,
    });
    this.#assigned.set(nameOf(topic, partition), { owned, reader, fetcher, closing: null });
    this.#options.seek(topic, partition, start);
    this.#options.resume(topic, partition);
  }

  #openReader(lease: OwnedPartition): PartitionReader | null {
    try {
      return this.#options.open(lease);
    } catch (error) {
      const name = nameOf(lease.topic, lease.partition);
      this.#options.onFailed(`the reader of ${name} could not be opened: ${String(error)}`);
      return null;
    }
  }

  #close(assigned: Assigned, lost: boolean): Promise<void> {
    const { owned, reader, fetcher } = assigned;
    assigned.closing ??= (async () => {
      fetcher.close();
      try {
        owned.closed(await reader.close(lost));
      } catch (error) {
        owned.closed(false);
        const { topic, partition } = owned;
        this.#options.log.error({ topic, partition }, `close() of a reader threw: ${String(error)}`);
      }
    })();
    this.#options.earlier.set(nameOf(owned.topic, owned.partition), { closed: assigned.closing, owned });
    return assigned.closing;
  }

  /** Tried until the generation is over: a coordinator that has just started is still loading its offsets. */
  async #untilAnswered<Result>(ask: () => Promise<Result>): Promise<Result> {
    const { generation, log } = this.#options;
    for (;;) {
      try {
        return await unlessAborted(ask(), generation.over);
      } catch (error) {
        if (!generation.alive()) throw error;
        log.warn({ error: String(error) }, 'Cannot read the committed offsets yet');
        await delay(retryMs, undefined, { signal: generation.over });
      }
    }
  }
}

export function nameOf(topic: string, partition: number): string {
  return `${topic}[${partition}]`;
}
