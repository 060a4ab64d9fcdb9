import { mayBeOfData } from '../erp/sources/questions.ts';
import type { Answer } from '../erp/sources/questions.ts';
import { Rejected, Unavailable, messageOf } from '../platform/errors.ts';
import { backOffMs, recordFault } from '../platform/flow/outcome/policy.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { inSpan } from '../platform/telemetry/tracing.ts';
import { DirtySet, newDirt, reportAnswered } from './dirty-set.ts';
import type { Dirt } from './dirty-set.ts';
import type { RecordPublisher } from './record-publisher.ts';
import { questionSpan } from './spans.ts';
import type { Stream } from './stream.ts';

export interface KeyQueryRunnerOptions {
  stream: Stream;
  publisher: RecordPublisher;
  context: FlowContext;
  keysPerQuery: number;
}

/**
 * Asks the ERP what is true now for the dirty keys of one stream, and publishes the answers.
 *
 * One question at a time: two answers for one key could be published in the wrong order.
 */
export class KeyQueryRunner {
  readonly dirty = new DirtySet();
  /** Why nothing is answered; null while all is well. */
  unhealthyReason: string | null = null;
  readonly #options: KeyQueryRunnerOptions;
  /** Steps in a row that failed at what may be the data of one key. */
  #failedAtData = 0;

  constructor(options: KeyQueryRunnerOptions) {
    this.#options = options;
    const { stream, context } = options;
    context.metrics.records.inc({ flow: stream.name, topic: stream.topic, status: 'applied' }, 0);
    this.#showProgress();
  }

  /** Until the signal fires. Never throws: what cannot be asked stays dirty and is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this.#showPending();
      await this.dirty.wait(signal);
      if (signal.aborted) return;
      this.#showPending();
      // Nothing has waited until now.
      if (failures === 0) this.#showProgress();
      try {
        await this.#step(signal);
        failures = 0;
        this.#failedAtData = 0;
        this.unhealthyReason = null;
        this.#showProgress();
      } catch (error) {
        failures += 1;
        this.#failedAtData = mayBeOfData(error) ? this.#failedAtData + 1 : 0;
        this.#reportUnhealthy(error, failures);
        const { clock, policy, random } = this.#options.context;
        await clock.wait(backOffMs(failures, policy, random()), signal);
      }
    }
  }

  /** Asks for all keys now, as a first load does. Throws what a question throws, and when the signal fires. */
  async load(signal: AbortSignal): Promise<{ records: number; published: number }> {
    return this.#askEverything(newDirt(), signal);
  }

  async #step(signal: AbortSignal): Promise<void> {
    const everything = this.dirty.takeAll();
    if (everything) {
      try {
        await this.#askEverything(everything, signal);
      } catch (error) {
        this.dirty.putBackAll(everything);
        throw error;
      }
      return;
    }
    const taken = this.dirty.take(this.#options.keysPerQuery);
    if (taken.size === 0) return;
    try {
      await inSpan(questionSpan(this.#options.stream, taken), () => this.#ask(taken));
    } catch (error) {
      this.dirty.putBack(taken);
      throw error;
    }
  }

  async #ask(taken: Map<string, Dirt>): Promise<void> {
    const { questions } = this.#options.stream;
    const startedAt = this.#options.context.clock.now();
    let answer: Answer;
    try {
      answer = await questions.ask(new Map([...taken].map(([key, { marks }]) => [key, marks])));
    } catch (error) {
      if (!mayBeOfData(error)) throw error;
      // Fails without any key as well: it is the SQL or the server, no key is to blame, and nothing is parked.
      await questions.ask(new Map());
      return this.#askApart(taken, error);
    }
    const published = await this.#options.publisher.publishKeys(answer, taken);
    for (const dirt of taken.values()) reportAnswered(dirt);
    const { context, stream } = this.#options;
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
    const keys = [...taken];
    const half = Math.ceil(keys.length / 2);
    let failure: unknown = null;
    for (const part of [keys.slice(0, half), keys.slice(half)]) {
      const open = new Map(part);
      try {
        await this.#ask(open);
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

  async #askEverything(dirt: Dirt, signal: AbortSignal): Promise<{ records: number; published: number }> {
    const { publisher, stream, context } = this.#options;
    const startedAt = context.clock.now();
    const round = publisher.beginRound(dirt);
    for await (const answer of stream.questions.askAll(dirt.marks, null)) {
      // All keys of a large ERP take minutes; whoever comes next begins anew.
      signal.throwIfAborted();
      await round.take(answer);
      this.#showProgress();
    }
    const result = await round.end();
    reportAnswered(dirt);
    context.log.info(
      { flow: stream.name, topic: stream.topic, ...result, durationMs: context.clock.now() - startedAt },
      'all keys answered',
    );
    return result;
  }

  #showPending(): void {
    const { context, stream } = this.#options;
    context.metrics.pending.set({ flow: stream.name }, this.dirty.size);
  }

  #showProgress(): void {
    const { context, stream } = this.#options;
    context.metrics.lastProgress.set({ flow: stream.name }, context.clock.now() / 1000);
  }

  #reportUnhealthy(error: unknown, failures: number): void {
    const { context, stream } = this.#options;
    this.unhealthyReason = messageOf(error);
    const fault = error instanceof Unavailable || error instanceof Rejected ? error.fault : undefined;
    context.metrics.retries.inc({ flow: stream.name, code: fault?.code ?? 'bug' });
    context.log.warn(
      { flow: stream.name, failures, ...(fault ?? { err: error }) },
      'changed keys not answered, trying again',
    );
  }
}
