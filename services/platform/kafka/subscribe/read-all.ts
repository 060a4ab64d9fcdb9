/**
 * A whole topic, from its beginning, a point in time or where it was left, then live.
 *
 * kafkajs cannot read without a group, so each reading is the only member of a group of its own, which never commits
 * and is deleted at the end. Where it stands is known here alone (each partition's `Fetcher`): after every (re)join it
 * seeks there. A topic that was recreated under its name is read from its beginning, all partitions together.
 */
import { randomUUID } from 'node:crypto';
import type { Cluster, Consumer, EachBatchPayload } from 'kafkajs';
import { isAnotherTopic } from './claim.ts';
import { Fetcher } from './fetcher.ts';
import { openConsumer, runConsumer } from './lone-consumer.ts';
import { Progress } from './progress.ts';
import { deleteGroup, reachOf } from './reach.ts';
import { topicIdOf } from './topic-identity.ts';
import type { ReadingContext, ReadingOptions, Topic } from './reading.ts';
import type { Following, Received, TopicPlace, Undecodable } from '../types.ts';
import { messageOf } from '../../errors.ts';
import { settlesWithin, unlessAborted } from '../../waiting.ts';

const leaveLimitMs = 2_000;
const watchdogMs = 60_000;
const identityCheckMs = 5_000;

export class WholeTopic<Value> implements Following {
  onStopped: () => void = () => undefined;
  readonly #context: ReadingContext;
  readonly #options: ReadingOptions<Value>;
  readonly #topic: string;
  readonly #groupId: string;
  readonly #decoder: Topic['decoder'];
  readonly #consumer: Consumer;
  #caughtUp = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  readonly #fetchers = new Map<number, Fetcher>();
  #cluster: Cluster | null = null;
  #topicId: string | null = null;
  readonly #progress = new Progress();
  /** Of a topic that was recreated. */
  #isEndUnknown = false;
  #isResting = false;
  #lastFetchAt = performance.now();
  #timer: NodeJS.Timeout | null = null;
  #stopped: Promise<void> | null = null;

  constructor(context: ReadingContext, { topic, decoder }: Topic, options: ReadingOptions<Value>) {
    this.#context = context;
    this.#options = options;
    this.#topic = topic;
    this.#groupId = `cartage-read-${context.source}-${randomUUID()}`;
    this.#decoder = decoder;
    this.#topicId = options.from?.topicId ?? null;
    this.#caughtUp.promise.catch(() => undefined);
    this.#consumer = openConsumer(context.client, {
      groupId: this.#groupId,
      isQuiet: () => [...this.#fetchers.values()].every(({ isPaused }) => !isPaused),
      over: this.#over.signal,
      onCluster: (cluster) => (this.#cluster = cluster),
    });
  }

  /** Resolves when everything that was on the topic at the start has been handed over. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get place(): TopicPlace {
    return { topicId: this.#topicId, offsets: this.#progress.offsets };
  }

  async start(): Promise<void> {
    const { from, sinceMs } = this.#options;
    this.#progress.begin(await this.#reach(sinceMs));
    if (from !== undefined && this.#progress.goOnFrom(from)) this.#options.onLost?.();
    await runConsumer(this.#consumer, this.#topic, {
      onJoin: (partitions) => this.#onJoin(partitions),
      onFetch: () => this.#onFetch(),
      onPassed: (partition, position) => this.#passed(partition, position),
      onDead: (error) => {
        if (!this.#over.signal.aborted)
          this.#context.onDead(`reading ${this.#topic} was given up: ${messageOf(error)}`);
      },
      eachBatch: (payload) => this.#eachBatch(payload),
    });
    this.#settle();
    this.#timer = setInterval(() => void this.#checkIdentity(), identityCheckMs);
  }

  rest(): void {
    this.#isResting = true;
    this.#consumer.pause([{ topic: this.#topic, partitions: [...this.#fetchers.keys()] }]);
  }

  async goOn(known?: number): Promise<boolean> {
    const now = await unlessAborted(this.#reach(), this.#over.signal);
    if (this.#progress.countUpTo(now) === known) return false;
    this.#progress.endsAt(now);
    this.#isResting = false;
    for (const [partition, { position }] of this.#fetchers) this.#fetchFrom(partition, position);
    this.#caughtUp = Promise.withResolvers();
    this.#settle();
    await this.#caughtUp.promise;
    return true;
  }

  unhealthyReason(): string | null {
    const silentMs = performance.now() - this.#lastFetchAt;
    return silentMs > watchdogMs && !this.#stopped
      ? `${this.#topic} has not been read for ${Math.round(silentMs / 1000)} s`
      : null;
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#over.abort(new Error('the reading is being stopped'));
    this.#caughtUp.reject(this.#over.signal.reason);
    if (this.#timer) clearInterval(this.#timer);
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    await settlesWithin(this.#consumer.disconnect(), leaveLimitMs);
    await settlesWithin(deleteGroup(this.#context.brief, this.#groupId), leaveLimitMs);
    this.onStopped();
  }

  #reach(sinceMs?: number) {
    return reachOf(this.#context.brief, this.#topic, sinceMs, this.#options.keys);
  }

  #onFetch(): void {
    this.#lastFetchAt = performance.now();
    // Before the first fetch kafkajs does not know the leaders, who could tell.
    if (this.#topicId === null) void this.#checkIdentity();
  }

  #onJoin(partitions: number[]): void {
    for (const partition of partitions) {
      const known = this.#fetchers.get(partition);
      if (!this.#progress.isRead(partition) && this.#options.keys)
        this.#consumer.pause([{ topic: this.#topic, partitions: [partition] }]);
      else if (!known) this.#begin(partition, this.#progress.positionOf(partition));
      else this.#fetchFrom(partition, known.position);
    }
  }

  /** Now and then: no answer of the broker tells that a topic was recreated within a moment. */
  async #checkIdentity(): Promise<void> {
    if (this.#cluster === null) return;
    const topicId = await topicIdOf(this.#cluster, this.#topic, 0);
    if (isAnotherTopic(topicId, this.#topicId) && !this.#stopped) this.#restart(topicId);
    this.#topicId ??= topicId;
    if (this.#isEndUnknown) await this.#askEnds();
  }

  #restart(topicId: string | null): void {
    this.#topicId = topicId;
    this.#context.log.error(
      { topic: this.#topic },
      `${this.#topic} was recreated: it is read from its beginning`,
    );
    this.#options.onRecreated?.();
    this.#progress.restart();
    this.#isEndUnknown = true;
    for (const [partition, fetcher] of this.#fetchers) {
      fetcher.close();
      this.#begin(partition, 0);
    }
    void this.#askEnds();
  }

  /** What is not answered is asked again with the next look at the topic's identity. */
  async #askEnds(): Promise<void> {
    try {
      this.#progress.endsAt(await this.#reach());
      this.#isEndUnknown = false;
      this.#settle();
    } catch (error) {
      this.#context.log.warn({ topic: this.#topic }, `Where it ends cannot be asked: ${String(error)}`);
    }
  }

  #begin(partition: number, start: number): void {
    const topic = this.#topic;
    const partitions = [{ topic, partitions: [partition] }];
    const fetcher = new Fetcher({
      topic,
      partition,
      start,
      reader: {
        receive: (records) => this.#deliver(partition, records),
        full: () => this.#options.full?.() ?? false,
      },
      decoder: this.#decoder,
      pause: () => this.#consumer.pause(partitions),
      resume: () => this.#isResting || this.#consumer.resume(partitions),
      seek: (offset) => this.#seek(partition, offset),
      bounds: async () => {
        const { position: earliest, end } = (await reachOf(this.#context.brief, topic)).get(partition)!;
        return { earliest, end, topicId: await topicIdOf(this.#cluster!, topic, partition) };
      },
      topicId: () => this.#topicId,
      onRecreated: ({ topicId }) => this.#restart(topicId),
      onLost: () => this.#options.onLost?.(),
      onFailed: (why) => this.#context.onDead(why),
      over: this.#over.signal,
      log: this.#context.log,
    });
    this.#fetchers.set(partition, fetcher);
    this.#fetchFrom(partition, start);
  }

  /** While it rests, nothing is fetched: from there it goes on. */
  #fetchFrom(partition: number, position: number): void {
    const partitions = [{ topic: this.#topic, partitions: [partition] }];
    if (this.#isResting) return this.#consumer.pause(partitions);
    this.#consumer.resume(partitions);
    return this.#seek(partition, position);
  }

  #seek(partition: number, offset: number): void {
    this.#consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    try {
      const { batch } = payload;
      if (this.#isResting) return;
      if (this.#fetchers.get(batch.partition)?.offer(batch)) payload.resolveOffset(batch.lastOffset());
    } catch (error) {
      this.#context.log.error({ topic: this.#topic }, `A batch could not be taken: ${String(error)}`);
    }
  }

  #deliver(partition: number, records: readonly (Received<never> | Undecodable)[]): void {
    for (const record of records)
      if ('undecodable' in record) this.#options.onUndecodable?.(record);
      else this.#options.onRecord(record as unknown as Received<Value>);
    this.#passed(partition, records.at(-1)!.offset + 1);
  }

  #passed(partition: number, position: number): void {
    this.#progress.passed(partition, position);
    this.#settle();
  }

  #settle(): void {
    if (this.#progress.isAtEnd) this.#caughtUp.resolve();
  }
}
