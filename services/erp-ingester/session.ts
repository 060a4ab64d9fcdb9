import { Cron } from 'croner';
import type { SnapshotOptions } from '../erp/changed-keys/snapshot.ts';
import { SlotFence } from '../erp/replication/slot-fence.ts';
import { openParking } from '../platform/flow/outcome/parking.ts';
import type { Parking } from '../platform/flow/outcome/parking.ts';
import { underFence } from '../platform/fence.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Config, PlatformConfig } from '../platform/config/schema.ts';
import { settlesWithin, unlessAborted } from '../platform/waiting.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { KeyQueryRunner } from './key-query-runner.ts';
import type { LogCursors } from './cursor.ts';
import { CursorKeeper } from './cursor-keeper.ts';
import { LogReader } from './log-reader.ts';
import type { PublishedIndex } from './published-index.ts';
import { PublishedReading } from './published-reading.ts';
import { RecordPublisher } from './record-publisher.ts';
import { refreshFlow } from './refreshes.ts';
import type { SlotSession } from './slot-session.ts';
import type { Stream } from './stream.ts';
import { watchTables } from './table-watch.ts';

export interface SessionOptions {
  slot: SlotSession;
  streams: readonly Stream[];
  pool: SnapshotOptions['pool'];
  /** For the questions about the slot. */
  slotPool: SnapshotOptions['pool'];
  cursors: LogCursors;
  config: PlatformConfig & Pick<Config, 'erp' | 'fulfilments'>;
  process: Process;
}

/** How long after its fence has fallen a publish may still land: the broker's time for one request, and a margin. */
const landsWithinMs = 15_000;
/** How long the end waits for the answers under way. */
const lastAnswerMs = 3_000;

/** The work of the one process that holds the slot, from taking it until it is lost or given back. */
export class IngesterSession {
  readonly #options: SessionOptions;
  readonly #runners = new Map<string, KeyQueryRunner>();
  readonly #indexes = new Map<string, PublishedIndex>();
  readonly #readings: PublishedReading[] = [];
  readonly #ending = new AbortController();
  readonly #keeper: CursorKeeper;
  #logTrouble: string | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { slot, cursors, process } = options;
    this.#keeper = new CursorKeeper({ slot, cursors, clock: process.context.clock, log: process.log });
  }

  /** Until the signal fires (returns) or the log ends (throws). `onRunning` is called when the log is being followed. */
  async run(signal: AbortSignal, onRunning: () => void): Promise<void> {
    const { slot, slotPool, process } = this.#options;
    const end = () => this.#ending.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const fence = new SlotFence({ sender: slot.log.sender, pool: slotPool, clock: process.context.clock });
    const watching = fence.watch(this.#ending.signal);
    const stops: (() => Promise<unknown> | void)[] = [() => slot.log.close(), () => watching];
    try {
      // Whatever is published from here on is published as the holder of the slot: records, parked rows, the cursor.
      await underFence(fence, async () => {
        // A first load takes minutes, and a topic that nobody answers for ever: the end waits for neither.
        await unlessAborted(this.#open(stops), this.#ending.signal);
        onRunning();
        // Without the slot, or its server, there is nothing to wait for.
        const { signal: ending } = this.#ending;
        await Promise.race([this.#follow(), watching, watchTables(slot, process.context.clock, ending)]);
      });
    } finally {
      signal.removeEventListener('abort', end);
      this.#ending.abort();
      for (const stop of stops.toReversed()) await stop();
    }
  }

  /** Everything beside the log itself; what is to be stopped is added to `stops` as it comes. */
  async #open(stops: (() => Promise<unknown> | void)[]): Promise<void> {
    const { slot, process, streams } = this.#options;
    const parking = await openParking(process.context);
    stops.push(() => parking.stop());
    stops.push(() => Promise.all(this.#readings.map((reading) => reading.stop())));
    for (const stream of streams) await this.#openStream(stream, parking);
    if (slot.load !== null) await this.#load(slot.load);
    const asking = [...this.#runners.values()].map((runner) => runner.run(this.#ending.signal));
    // A question that is not answered in time is asked again by the next holder of the slot.
    stops.push(() => settlesWithin(Promise.all(asking), lastAnswerMs));
    const refreshing = await runStates(process.context, this.#refreshes());
    stops.push(() => refreshing.stop());
    stops.push(this.#schedule());
    const keeping = this.#keeper.keep(this.#ending.signal);
    stops.push(() => keeping);
    process.checks.need('streams', () => this.#unhealthyReason());
    stops.push(() => process.checks.need('streams', () => null));
  }

  async #openStream(stream: Stream, parking: Parking): Promise<void> {
    const { process, pool, config, slot } = this.#options;
    const published = new PublishedReading(stream.shape);
    const { index } = published;
    this.#indexes.set(stream.topic, index);
    const publisher = new RecordPublisher({
      stream,
      index,
      context: process.context,
      parking,
      epoch: slot.cursor.epoch,
    });
    const runner = new KeyQueryRunner({
      stream,
      pool,
      publisher,
      context: process.context,
      since: new Date(config.fulfilments.since).toISOString(),
      keysPerQuery: config.erp.keysPerQuery,
      rowsPerFetch: config.erp.rowsPerFetch,
      statementTimeoutMs: config.erp.connection.statementTimeoutMs,
    });
    this.#runners.set(stream.name, runner);
    published.onRecreated = () => this.#republish(stream.name, runner);
    this.#readings.push(published);
    await published.read(process.bus);
    void this.#correctStrays(stream, published, runner);
    // A stream that came with a new configuration, over tables that were watched before, or a recreated topic.
    if (slot.load === null && index.isEmpty && stream.shape.deleted !== null) runner.dirty.addAll({});
  }

  /**
   * Another process may have been publishing when it lost the slot, and may learn of that only half the server's
   * time-out later. When none of it can land any more, the keys whose last record on the topic is not what we have
   * published are asked and published again.
   */
  async #correctStrays(stream: Stream, published: PublishedReading, runner: KeyQueryRunner): Promise<void> {
    const { clock, log } = this.#options.process.context;
    const { timeoutMs } = this.#options.slot.log.sender;
    const fallsWithinMs = Number.isFinite(timeoutMs) ? timeoutMs / 2 : 0;
    await clock.wait(fallsWithinMs + landsWithinMs, this.#ending.signal);
    if (this.#ending.signal.aborted) return;
    const strays = published.strays();
    published.endWatch();
    if (strays.length > 0)
      log.warn(
        { flow: stream.name, records: strays.length },
        'overwritten by another process: published again',
      );
    for (const { key, asked } of strays) runner.dirty.add(key, { asked });
  }

  #republish(stream: string, runner: KeyQueryRunner): void {
    this.#keeper.republishing(stream, true);
    runner.dirty.addAll({ onAnswered: () => this.#keeper.republishing(stream, false) });
  }

  /** Everything, once. The log waits meanwhile, and its changes are asked for again afterwards: nothing falls between. */
  async #load(reason: string): Promise<void> {
    const { process, cursors, slot } = this.#options;
    process.log.info({ reason, epoch: slot.cursor.epoch }, 'loading all keys');
    await cursors.write(slot.cursor);
    for (const [stream, runner] of this.#runners) {
      const counts = await runner.load(this.#ending.signal);
      process.log.info({ flow: stream, ...counts }, 'loaded');
    }
    slot.cursor = { ...slot.cursor, firstLoad: 'done' };
    await cursors.write(slot.cursor);
  }

  async #follow(): Promise<void> {
    const { streams, pool, process, slot, config } = this.#options;
    const reader = new LogReader({
      streams,
      runners: this.#runners,
      pool,
      context: process.context,
      statementTimeoutMs: config.erp.connection.statementTimeoutMs,
      onProgress: (endLsn) => this.#keeper.reached(endLsn),
      onTrouble: (why) => (this.#logTrouble = why),
    });
    // Ends the iteration below, which otherwise waits for the next change.
    this.#ending.signal.addEventListener('abort', () => void slot.log.close(), { once: true });
    await reader.run(slot.log.transactions(), this.#ending.signal);
  }

  /** Why the log is read no further, or the first stream whose keys are not answered, and why. */
  #unhealthyReason(): string | null {
    if (this.#logTrouble !== null) return this.#logTrouble;
    for (const [stream, { unhealthyReason }] of this.#runners)
      if (unhealthyReason !== null) return `${stream}: ${unhealthyReason}`;
    return null;
  }

  #schedule(): () => void {
    const jobs = this.#options.streams.flatMap((stream) => {
      const runner = this.#runners.get(stream.name)!;
      return stream.again === null
        ? []
        : [new Cron(stream.again, { timezone: 'UTC' }, () => runner.dirty.addAll({}))];
    });
    return () => {
      for (const job of jobs) job.stop();
    };
  }

  #refreshes() {
    const { streams, pool, config } = this.#options;
    return refreshFlow({
      streams,
      runners: this.#runners,
      indexes: this.#indexes,
      pool,
      statementTimeoutMs: config.erp.connection.statementTimeoutMs,
      mode: 'on',
      ending: this.#ending.signal,
    });
  }
}
