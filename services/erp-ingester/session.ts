import type { StreamState } from '../../schemas/types.ts';
import type { Gap } from '../erp/sources/change-source.ts';
import { keyOfSource } from '../erp/sources/keys.ts';
import { openParking } from '../platform/flow/outcome/parking.ts';
import type { Parking } from '../platform/flow/outcome/parking.ts';
import { underFence } from '../platform/fence.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Config, PlatformConfig } from '../platform/config/schema.ts';
import { settlesWithin, unlessAborted } from '../platform/waiting.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { SourceCursors } from './cursor.ts';
import { newDirt } from './dirt.ts';
import { CursorKeeper } from './cursor-keeper.ts';
import { LogReader } from './log-reader.ts';
import type { PublishedIndex } from './published-index.ts';
import type { PublishedReadings } from './published-reading.ts';
import { RecordPublisher } from './record-publisher.ts';
import { refreshFlow } from './refreshes.ts';
import { Spellings } from './spellings.ts';
import { missedRound, scheduleRounds } from './calendar.ts';
import { StreamRunner } from './stream-runner.ts';
import { concernedBy } from './take-source.ts';
import type { TakenSource } from './take-source.ts';
import { correctStrays } from './strays.ts';
import type { Stream } from './stream.ts';
import { TurnDoubt } from './turn-doubt.ts';

export interface SessionOptions extends TakenSource {
  /** What the topics hold, as earlier sessions have read it. */
  readings: PublishedReadings;
  streams: readonly Stream[];
  cursors: SourceCursors;
  config: PlatformConfig & Pick<Config, 'erp'>;
  process: Process;
}

/** How long the end waits for the answers under way. */
const lastAnswerMs = 3_000;

/** The work of the one process that holds the source, from taking it until it is lost or given back. */
export class IngesterSession {
  readonly #options: SessionOptions;
  readonly #runners = new Map<string, StreamRunner>();
  readonly #indexes = new Map<string, PublishedIndex>();
  readonly #spellings = new Spellings({
    askAgain: (topic, sourceKey) => this.#askAgain(topic, sourceKey),
  });
  readonly #ending = new AbortController();
  readonly #keeper: CursorKeeper;
  readonly #doubt: TurnDoubt;
  readonly #reader: LogReader;
  /** In which rounds of all keys are due. */
  readonly #timezone: string;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { source, epoch, loads, cursors, process, config, doubted = null, streams } = options;
    this.#doubt = new TurnDoubt(doubted, streams.length, () => this.#keeper.changed());
    this.#timezone = config.erp.connection.timezone ?? 'UTC';
    this.#keeper = new CursorKeeper({
      source,
      place: () => this.#doubt.asKept(source.place),
      epoch,
      streams: () => this.#states(),
      isCaughtUp: () => this.#isCaughtUp(),
      cursors,
      clock: process.context.clock,
      log: process.log,
    });
    this.#reader = new LogReader({
      streams: options.streams,
      runners: this.#runners,
      context: process.context,
      onProgress: (end) => this.#keeper.reached(end),
    });
    for (const [flow, load] of loads) {
      const show = () => {
        process.metrics.streamLoaded.set({ flow }, load.loading === null ? 1 : 0);
        process.metrics.heldDeletions.set({ flow }, load.state.held ?? 0);
      };
      show();
      load.onChange = () => {
        this.#keeper.changed();
        show();
      };
    }
  }

  /** Until the signal fires (returns) or the source ends (throws). `onRunning` is called when it is being followed. */
  async run(signal: AbortSignal, onRunning: () => void): Promise<void> {
    const { source } = this.#options;
    const end = () => this.#ending.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const watching = source.watch(this.#ending.signal, (gaps) => this.#onGaps(gaps));
    // Heard of below, or nobody waits for it any more.
    watching.catch(() => undefined);
    const stops: (() => Promise<unknown> | void)[] = [
      () => source.close(),
      () => watching.catch(() => undefined),
    ];
    try {
      // Whatever is published from here on is published as the holder of the source: records, parked rows, the cursor.
      await underFence(source.fence, async () => {
        // A topic that nobody answers for takes for ever: the end does not wait for it.
        await unlessAborted(this.#open(stops), this.#ending.signal);
        onRunning();
        // Without the source there is nothing to wait for.
        await Promise.race([this.#follow(), watching]);
      });
    } finally {
      signal.removeEventListener('abort', end);
      this.#ending.abort();
      for (const stop of stops.toReversed()) await stop();
    }
  }

  /** Everything beside the source itself; what is to be stopped is added to `stops` as it comes. */
  async #open(stops: (() => Promise<unknown> | void)[]): Promise<void> {
    const { process, streams } = this.#options;
    // Gaps and the epoch, before anything is published under it.
    await this.#keeper.write();
    const parking = await openParking(process.context);
    stops.push(() => parking.stop());
    stops.push(() => this.#options.readings.left());
    await Promise.all(streams.map((stream) => this.#openStream(stream, parking)));
    this.#spellings.askUntold();
    const asking = [...this.#runners.values()].map((runner) => runner.run(this.#ending.signal));
    // A question that is not answered in time is asked again by the next holder.
    stops.push(() => settlesWithin(Promise.all(asking), lastAnswerMs));
    const refreshing = await runStates(process.context, this.#refreshes());
    stops.push(() => refreshing.stop());
    stops.push(scheduleRounds(streams, this.#timezone, ({ name }) => this.#runners.get(name)!.askAllAgain()));
    const keeping = this.#keeper.keep(this.#ending.signal);
    stops.push(() => keeping);
    process.checks.need('streams', () => this.#unhealthyReason());
    stops.push(() => process.checks.need('streams', () => null));
  }

  async #openStream(stream: Stream, parking: Parking): Promise<void> {
    const { process, config, epoch } = this.#options;
    const { context } = process;
    const load = this.#options.loads.get(stream.name)!;
    const published = this.#options.readings.of(stream.shape);
    const { index } = published;
    this.#indexes.set(stream.topic, index);
    await published.read(process.bus, this.#doubt.from);
    this.#spellings.add(stream.topic, index, stream.shape.keyParts);
    if (index.isEmpty && stream.shape.deleted !== null) load.demand('its topic is empty');
    const wasRecreated = published.wasRecreated();
    if (wasRecreated) load.demand('its topic was recreated');
    if (missedRound(stream.again, this.#timezone, load.state.roundAt, context.clock.now()))
      load.demand('a round of its calendar was missed');
    if (load.loading !== null)
      process.log.info(
        { flow: stream.name, reason: load.loading, from: load.state.loadedTo },
        'loading all keys',
      );
    const spellings = this.#spellings;
    const publisher = new RecordPublisher({ stream, index, spellings, context, parking, epoch });
    const { keysPerQuery } = config.erp;
    const runner = new StreamRunner({ stream, publisher, load, context, keysPerQuery });
    this.#runners.set(stream.name, runner);
    // What an earlier session has not come to ask.
    if (!wasRecreated)
      for (const sourceKey of index.doubted()) runner.dirty.add(keyOfSource(sourceKey), this.#doubt.cause());
    this.#hear(stream);
    published.onRecreated = () => runner.askAll('its topic was recreated');
    const { fenceFallsWithinMs } = this.#options.source;
    const strays = { stream, published, runner, context, doubt: this.#doubt, fenceFallsWithinMs };
    void correctStrays(strays, this.#ending.signal);
  }

  #askAgain(topic: string, sourceKey: string): void {
    const stream = this.#options.streams.find((one) => one.topic === topic)!;
    this.#runners.get(stream.name)!.dirty.add(keyOfSource(sourceKey), {});
  }

  /** What was found out since the source was opened. The state of the streams says so before the position goes on. */
  #onGaps(gaps: readonly Gap[]): void {
    const { streams, process, loads } = this.#options;
    for (const gap of gaps)
      for (const { name } of concernedBy(gap, streams)) {
        process.log.warn({ flow: name, reason: gap.reason }, 'changes are missing: all keys are asked');
        const runner = this.#runners.get(name);
        if (runner) runner.askAll(gap.reason, { ...newDirt(), marks: new Set(gap.marks) });
        else loads.get(name)!.demand(gap.reason, gap.marks);
      }
    for (const stream of streams) this.#hear(stream);
    this.#keeper.changed();
  }

  #hear({ name, watches }: Stream): void {
    const { deaf } = this.#options.source;
    const table = watches.find((watch) => deaf.has(watch.table))?.table;
    this.#runners.get(name)?.deafen(table === undefined ? null : deaf.get(table)!);
  }

  #states(): StreamState[] {
    return [...this.#options.loads].map(([name, { state }]) => {
      const { size = 0, oldestAt = null } = this.#runners.get(name)?.waiting ?? {};
      return { ...state, dirtyKeys: size, oldestAt };
    });
  }

  async #follow(): Promise<void> {
    const { source } = this.#options;
    // Ends the iteration below, which otherwise waits for the next change.
    this.#ending.signal.addEventListener('abort', () => void source.close(), { once: true });
    await this.#reader.run(source.parts(), this.#ending.signal);
  }

  #isCaughtUp(): boolean {
    return this.#reader.isDone && this.#unhealthyReason() === null && this.#options.source.fence.isCurrent();
  }

  /** The first stream that is not answered, and why. */
  #unhealthyReason(): string | null {
    for (const [stream, { unhealthyReason }] of this.#runners)
      if (unhealthyReason !== null) return `${stream}: ${unhealthyReason}`;
    return null;
  }

  #refreshes() {
    const { streams } = this.#options;
    return refreshFlow({
      streams,
      runners: this.#runners,
      indexes: this.#indexes,
      mode: 'on',
      ending: this.#ending.signal,
    });
  }
}
