import { keyOfRow } from '../erp/sources/keys.ts';
import type { Answer } from '../erp/sources/questions.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { inSpan } from '../platform/telemetry/tracing.ts';
import { reportAnswered } from './dirt.ts';
import type { Dirt } from './dirt.ts';
import type { PublishedRound, RecordPublisher } from './record-publisher.ts';
import { chunkSpan } from './spans.ts';
import type { Stream } from './stream.ts';
import type { StreamLoad } from './stream-load.ts';
import { TextTable } from './text-table.ts';

export interface RoundOptions {
  stream: Stream;
  publisher: RecordPublisher;
  load: StreamLoad;
  context: FlowContext;
  dirt: Dirt;
}

/** How often a round tells how far it is. */
const tellEveryMs = 10_000;

/** A lost grant, a policy on rows, a broken join: none of them empties a shop. */
const goneShareMax = 0.05;
const goneMin = 50;

/**
 * One round over all keys of a stream, a chunk at a time: a first load, a calendar's, whatever needs all keys. Between
 * chunks the caller asks for changed keys; what these questions have answered is newer than the round, which leaves it.
 *
 * Where the keys come in an order, the cursor says how far it is, and a round that was cut short goes on there. It then
 * begins anew at the first key, up to where it went on: only a whole round knows what is gone.
 */
export class Round {
  readonly dirt: Dirt;
  readonly #options: RoundOptions;
  readonly #published: PublishedRound;
  readonly #beganAt: number;
  /** Where it went on; null: it began with the first key. */
  #from: string | null;
  #chunks: AsyncGenerator<Answer, void, void> | null = null;
  /** The next chunk, fetched while the last one is published. */
  #ahead: Promise<IteratorResult<Answer, void>> | null = null;
  /** Keys that were answered since the chunks' moment; of a long load perhaps all there are. */
  #newer = new TextTable();
  /** The last key that came; null: none yet. */
  #last: string | null = null;
  /** The last one of which all rows have come. */
  #complete: string | null;
  #isOrdered: boolean;
  #isFromStart: boolean;
  #isExpected = false;
  #rows = 0;
  #toldAt: number;

  constructor(options: RoundOptions) {
    const { stream, load, context, publisher, dirt } = options;
    this.#options = options;
    this.dirt = dirt;
    this.#isOrdered = stream.questions.isOrdered;
    this.#from = this.#isOrdered ? load.state.loadedTo : null;
    this.#complete = this.#from;
    this.#isFromStart = this.#from === null;
    this.#published = publisher.beginRound(dirt);
    this.#beganAt = context.clock.now();
    this.#toldAt = this.#beganAt;
  }

  /** Keys that were asked by themselves meanwhile. */
  answered(keys: Iterable<string>): void {
    if (this.#chunks !== null) for (const key of keys) this.#newer.add(key);
  }

  /**
   * Publishes the next chunk. @returns whether there are more. After it has thrown, the next call asks again from the last
   * key on.
   */
  async next(): Promise<boolean> {
    const { stream } = this.#options;
    try {
      await this.#expect();
      this.#chunks ??= stream.questions.askAll(this.dirt.marks, this.#beginning());
      const { value: answer, done } = await (this.#ahead ?? this.#chunks.next());
      this.#ahead = null;
      if (!done) {
        this.#ahead = this.#chunks.next();
        // Its failure is heard of by whoever wants it.
        this.#ahead.catch(() => undefined);
        await this.#take(answer);
        if (!this.#isWhole()) return true;
      }
      await this.close();
      if (this.#isFromStart) return false;
      this.#isFromStart = true;
      this.#complete = null;
      return true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** As many rows as the last round had, or the topic has records, or whoever is asked takes it. */
  async #expect(): Promise<void> {
    const { load, publisher, stream } = this.#options;
    if (this.#isExpected) return;
    this.#isExpected = true;
    if (load.state.rowsExpected !== null) return;
    // Unanswered, it is not known.
    const guess = () => stream.questions.expectedRows().catch(() => null);
    load.expects(publisher.liveRecords || (await guess()));
  }

  /** Ends what is held open at the source. */
  async close(): Promise<void> {
    const chunks = this.#chunks;
    const isFetching = this.#ahead !== null;
    this.#chunks = null;
    this.#ahead = null;
    this.#newer = new TextTable();
    const ended = chunks?.return().catch(() => undefined);
    // It ends when what is under way does, for which nobody waits.
    if (!isFetching) await ended;
  }

  /** Whether so many records are gone that somebody should look at it before they are told as deleted; how many. */
  suspicious(): number | null {
    const gone = this.#published.unseenCount();
    if (gone === 0) return null;
    const share = gone / Math.max(this.#options.publisher.liveRecords, 1);
    // One that returned nothing at all is told apart from an ERP that has nothing.
    return this.#rows === 0 || (gone >= goneMin && share > goneShareMax) ? gone : null;
  }

  get goneCount(): number {
    return this.#published.unseenCount();
  }

  /** Keys to be asked by themselves: which tells whether they are gone, or who has a record that two of them have given. */
  openKeys(): Iterable<string> {
    return this.#published.openKeys();
  }

  /** All of it is published, what is gone too. */
  ended(): void {
    const { load, stream, context } = this.#options;
    load.ended(this.#beganAt, this.#rows);
    context.metrics.roundEnd.set({ flow: stream.name }, NaN);
    reportAnswered(this.dirt);
    context.log.info(
      {
        flow: stream.name,
        topic: stream.topic,
        records: this.#rows,
        published: this.#published.count,
        unreadable: this.#published.unreadable.size,
        durationMs: context.clock.now() - this.#beganAt,
      },
      'all keys answered',
    );
  }

  /** Where the next question begins. */
  #beginning(): string | null {
    if (!this.#isOrdered) this.#isFromStart = true;
    this.#last = null;
    return this.#complete;
  }

  /** It has come to where it had gone on at first. */
  #isWhole(): boolean {
    if (!this.#isFromStart || this.#from === null || this.#complete === null) return false;
    return isBeyond(this.#complete, this.#from);
  }

  #note(key: string): void {
    if (!this.#isOrdered || key === this.#last) return;
    if (this.#last !== null && isBeyond(this.#last, key)) {
      // The source says otherwise, but whoever goes on by this order would leave keys out.
      this.#isOrdered = false;
      this.#from = null;
      this.#complete = null;
      return;
    }
    this.#complete = this.#last ?? this.#complete;
    this.#last = key;
  }

  async #take(answer: Answer): Promise<void> {
    const { stream, load } = this.#options;
    const span = chunkSpan(stream, answer.rows.length, this.dirt);
    await inSpan(span, () => this.#published.take(answer, this.#newer));
    this.#rows += answer.rows.length;
    for (const row of answer.rows) {
      const key = keyOfRow(stream, row);
      if (key === null) continue;
      this.#note(key);
    }
    load.reached(this.#complete, this.#rows);
    this.#tell();
  }

  #tell(): void {
    const { stream, load, context } = this.#options;
    const now = context.clock.now();
    const passedMs = now - this.#beganAt;
    const expected = load.state.rowsExpected;
    const left = expected === null ? null : Math.max(0, expected - this.#rows);
    const rowsPerSecond = Math.round((this.#rows * 1_000) / Math.max(passedMs, 1));
    const endsAt = left === null ? null : now + (passedMs * left) / Math.max(this.#rows, 1);
    context.metrics.roundRows.set({ flow: stream.name }, this.#rows);
    context.metrics.roundEnd.set({ flow: stream.name }, endsAt === null ? NaN : endsAt / 1_000);
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    context.log.info(
      {
        flow: stream.name,
        reason: load.loading,
        rows: this.#rows,
        rowsExpected: expected,
        rowsPerSecond,
        expectedEnd: endsAt === null ? null : new Date(endsAt).toISOString(),
        goesOnAfterRestart: this.#isOrdered,
      },
      'asking all keys',
    );
  }
}

/** In the order of their bytes. */
function isBeyond(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}
