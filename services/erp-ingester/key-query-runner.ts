import { keyOfRow } from '../erp/sources/keys.ts';
import type { Span } from '@opentelemetry/api';
import { mayBeOfData } from '../erp/sources/questions.ts';
import type { Answer } from '../erp/sources/questions.ts';
import { Unavailable } from '../platform/errors.ts';
import type { Rejected } from '../platform/errors.ts';
import { recordFault } from '../platform/flow/outcome/policy.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import type { Serial } from '../platform/serial.ts';
import { inSpan } from '../platform/telemetry/tracing.ts';
import { newDirt, reportAnswered } from './dirt.ts';
import type { Dirt } from './dirt.ts';
import type { DirtySet } from './dirty-set.ts';
import { Lane } from './lane.ts';
import { Question, ask } from './question.ts';
import type { RecordPublisher } from './record-publisher.ts';
import { questionSpan } from './spans.ts';
import type { Stream } from './stream.ts';

export interface KeyQueryRunnerOptions {
  stream: Stream;
  publisher: RecordPublisher;
  context: FlowContext;
  keysPerQuery: number;
  dirty: DirtySet;
  /** One question of the stream at a time: two answers for one key could be published in the wrong order. */
  turns: Serial;
  /** Parts of rounds that were published, and whether one is wanted or under way. */
  rounds: () => { published: number; isBusy: boolean };
  /** Of these keys what is true now is published. */
  onAnswered?: (keys: Iterable<string>) => void;
  onFailure?: (error: unknown, failures: number) => void;
}

/** Two keys that may have one record are asked in one question. */
const togetherMin = 2;
/** Many keys that wait are asked in ever larger questions, as long as the ERP answers at once. */
const batchesPerQuestionMax = 4;
const atOnceMs = 500;

interface Batch {
  question: Question;
  span: Span;
}

/** Asks the ERP what is true now for the dirty keys of one stream, and publishes the answers. */
export class KeyQueryRunner {
  readonly lane: Lane;
  readonly #options: KeyQueryRunnerOptions;
  /** Steps in a row that failed at what may be the data of one key. */
  #failedAtData = 0;
  /** Keys of the next question, at most. */
  #batchSize: number;
  /** The next question, asked while the answer of the last one is published. */
  #ahead: (Batch & { rounds: number }) | null = null;

  constructor(options: KeyQueryRunnerOptions) {
    this.#options = options;
    const { stream, context } = options;
    this.#batchSize = this.#leastSize;
    context.metrics.records.inc({ flow: stream.name, topic: stream.topic, status: 'applied' }, 0);
    this.#showProgress();
    this.lane = new Lane({
      stream: stream.name,
      failed: 'changed keys not answered, trying again',
      context,
      wait: (signal) => this.#wait(signal),
      step: () => this.#step(),
      onFailure: (error, failures) => {
        this.#failedAtData = mayBeOfData(error) ? this.#failedAtData + 1 : 0;
        options.onFailure?.(error, failures);
      },
    });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.lane.run(signal);
  }

  async #wait(signal: AbortSignal): Promise<void> {
    this.#showPending();
    if (this.#ahead === null) await this.#options.dirty.wait(signal);
    this.#showPending();
    // Nothing has waited until now.
    if (!this.lane.isFailing) this.#showProgress();
  }

  async #step(): Promise<void> {
    const { dirty, stream, turns } = this.#options;
    await turns.run(stream.name, async () => {
      const batch = this.#takeAhead() ?? this.#take();
      if (batch === null) return;
      const { question, span } = batch;
      try {
        await inSpan(span, () => this.#answer(question, true));
      } catch (error) {
        this.#batchSize = this.#leastSize;
        dirty.putBack(question.taken);
        throw error;
      }
    });
    this.#failedAtData = 0;
    this.#showProgress();
  }

  #take(): Batch | null {
    const { dirty, stream, context } = this.#options;
    const taken = dirty.take(this.#batchSize);
    if (taken.size === 0) return null;
    const span = questionSpan(stream, taken);
    return { question: new Question(stream, taken, context.clock, span), span };
  }

  /** Null also where a round has published meanwhile: it may know better than an answer from before. */
  #takeAhead(): Batch | null {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead === null || ahead.rounds === this.#options.rounds().published) return ahead;
    ahead.span.end();
    this.#options.dirty.putBack(ahead.question.taken);
    return null;
  }

  /** The next question is under way while an answer is published, where enough waits for it. */
  #askAhead(): void {
    const { published, isBusy } = this.#options.rounds();
    if (isBusy || this.#options.dirty.size < this.#batchSize) return;
    const batch = this.#take();
    this.#ahead = batch && { ...batch, rounds: published };
  }

  /** @param isWhole no part of a question that failed. */
  async #answer(question: Question, isWhole: boolean): Promise<void> {
    const { stream } = this.#options;
    const { taken, startedAt } = question;
    let answer: Answer;
    try {
      answer = await question.answer;
    } catch (error) {
      if (!mayBeOfData(error)) throw error;
      // Fails without any key as well: it is the SQL or the server, no key is to blame, and nothing is parked.
      await stream.questions.ask(new Map());
      return this.#askApart(taken, error);
    }
    if (isWhole) {
      this.#sizeNext(question);
      this.#askAhead();
    }
    const asked = new Map(taken);
    answer = await this.#otherSpellings(answer, asked);
    const { count: published, contested } = await this.#options.publisher.publishKeys(answer, asked);
    this.#options.onAnswered?.(asked.keys());
    for (const [key, dirt] of asked) {
      const others = contested.get(key);
      if (others === undefined) reportAnswered(dirt);
      else this.#options.dirty.askTogether(key, dirt, others);
    }
    const { context } = this.#options;
    context.log.info(
      {
        flow: stream.name,
        topic: stream.topic,
        keys: taken.size,
        rows: answer.rows.length,
        published,
        version: String(answer.version),
        durationMs: context.clock.now() - startedAt,
      },
      'changed keys answered',
    );
  }

  #sizeNext({ taken, tookMs }: Question): void {
    if (tookMs > atOnceMs) this.#batchSize = this.#leastSize;
    else if (taken.size === this.#batchSize)
      this.#batchSize = Math.min(2 * taken.size, batchesPerQuestionMax * this.#leastSize);
  }

  get #leastSize(): number {
    return Math.max(this.#options.keysPerQuery, togetherMin);
  }

  /**
   * A key that comes back spelled otherwise than it was asked is asked as well, so that its rows stand under one key. More
   * of them than were asked are no spellings: such a query does not look at `$keys`.
   */
  async #otherSpellings(answer: Answer, asked: Map<string, Dirt>): Promise<Answer> {
    const { stream, context } = this.#options;
    const others = new Set(answer.rows.map((row) => keyOfRow(stream, row) ?? ''));
    for (const key of asked.keys()) others.delete(key);
    if (others.size === 0 || others.size > asked.size) return answer;
    context.log.warn(
      { flow: stream.name, keys: [...others].slice(0, 5) },
      'keys come back spelled otherwise than they changed',
    );
    for (const key of others) asked.set(key, newDirt());
    return ask(stream, asked);
  }

  /** The database fails at the query: perhaps because of the data of one key, which then stands alone and is parked. */
  async #askApart(taken: Map<string, Dirt>, error: Rejected | Unavailable): Promise<void> {
    const [first] = taken;
    if (taken.size === 1 && first) {
      const tries = this.#failedAtData + 1;
      // What was not refused may pass.
      if (error instanceof Unavailable && tries < this.#options.context.policy.perhapsRecordTries)
        throw error;
      const fault = error instanceof Unavailable ? recordFault(error.fault, tries, false) : error.fault;
      await this.#options.publisher.parkKey(first[0], fault);
      reportAnswered(first[1]);
      return;
    }
    const { stream, context } = this.#options;
    const keys = [...taken];
    const half = Math.ceil(keys.length / 2);
    let failure: unknown = null;
    for (const part of [keys.slice(0, half), keys.slice(half)]) {
      const open = new Map(part);
      try {
        await this.#answer(new Question(stream, open, context.clock), false);
        open.clear();
      } catch (partError) {
        failure ??= partError;
      }
      // Answered: not to be put back with what is still open.
      for (const [key] of part) if (!open.has(key)) taken.delete(key);
      if (failure !== null && !mayBeOfData(failure)) break;
    }
    if (failure !== null) throw failure;
  }

  #showPending(): void {
    const { context, stream, dirty } = this.#options;
    context.metrics.pending.set({ flow: stream.name }, dirty.size);
  }

  #showProgress(): void {
    const { context, stream } = this.#options;
    context.metrics.lastProgress.set({ flow: stream.name }, context.clock.now() / 1000);
  }
}
