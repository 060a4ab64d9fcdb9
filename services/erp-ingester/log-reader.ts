import { dirtyKeys } from '../erp/changed-keys/dirty-keys.ts';
import type { ChangePart } from '../erp/sources/change-source.ts';
import { changedRows, concernsAllRows } from '../erp/sources/changes.ts';
import type { Change, Row } from '../erp/sources/changes.ts';
import { mayBeOfData } from '../erp/sources/questions.ts';
import { backOffMs } from '../platform/flow/outcome/policy.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { Rejected, Unavailable, messageOf } from '../platform/errors.ts';
import { mergeCause, newDirt } from './dirty-set.ts';
import type { Cause } from './dirty-set.ts';
import type { StreamRunner } from './stream-runner.ts';
import type { Stream } from './stream.ts';
import { OpenTransactions } from './transactions.ts';
import type { OpenTransaction } from './transactions.ts';

export interface LogReaderOptions {
  streams: readonly Stream[];
  runners: ReadonlyMap<string, Pick<StreamRunner, 'dirty' | 'askAll'>>;
  context: FlowContext;
  /** Everything up to here is published. */
  onProgress: (end: string) => void;
  /** Why the log is read no further; null when it is again. */
  onTrouble?: (why: string | null) => void;
  /** Keys of transactions that may wait for an answer before the log is read no further. */
  waitingMax?: number;
}

/**
 * Each key of each transaction counts, not each dirty key: while nothing is answered, a few products that change a
 * thousand times a second would fill the memory too. About 200 bytes each.
 */
const waitingMaxDefault = 200_000;

/** Turns the changes of the source into dirty keys. It says only which keys changed, never what is true. */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #transactions: OpenTransactions;
  #current: OpenTransaction | null = null;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#transactions = new OpenTransactions(options.onProgress);
  }

  /** Until the log ends; throws what ends it otherwise. */
  async run(parts: AsyncIterable<ChangePart>, signal: AbortSignal): Promise<void> {
    const { waitingMax = waitingMaxDefault } = this.#options;
    for await (const part of parts) {
      if (signal.aborted) return;
      await this.#take(part, signal);
      while (this.#transactions.outstanding > waitingMax && !signal.aborted)
        await this.#options.context.clock.wait(50, signal);
    }
  }

  async #take(part: ChangePart, signal: AbortSignal): Promise<void> {
    this.#current ??= this.#transactions.begin();
    const transaction = this.#current;
    for (const stream of this.#options.streams)
      for (const [index, { table }] of stream.watches.entries()) {
        const changes = part.changes.filter((change) => change.table === table);
        if (changes.length > 0) await this.#markDirty(stream, index, changes, part, transaction, signal);
      }
    // Cut short: the keys of this part may be missing, so the transaction must not count as read.
    if (part.end === null || signal.aborted) return;
    this.#current = null;
    this.#transactions.ended(transaction, part.end);
  }

  async #markDirty(
    stream: Stream,
    watch: number,
    changes: Change[],
    part: ChangePart,
    transaction: OpenTransaction,
    signal: AbortSignal,
  ): Promise<void> {
    const runner = this.#options.runners.get(stream.name)!;
    const { mark, position, occurredAt } = part;
    const cause: Cause = { mark, position, occurredAt };
    const { columns } = stream.watches[watch]!;
    const keys =
      columns === null
        ? await this.#keysBy(stream, watch, changes, part, signal)
        : keysOf(changes, columns[0]!);
    if (keys === 'all') {
      const dirt = newDirt();
      mergeCause(dirt, cause);
      runner.askAll(`changes of ${stream.watches[watch]!.table} did not say which keys they are about`, dirt);
      return;
    }
    for (const key of keys) {
      transaction.hold();
      runner.dirty.add(key, { ...cause, transaction });
    }
  }

  /** The way round. Tried until it answers: without its keys the transaction cannot be acknowledged. */
  async #keysBy(
    stream: Stream,
    watch: number,
    changes: Change[],
    part: ChangePart,
    signal: AbortSignal,
  ): Promise<Set<string> | 'all'> {
    if (changes.some(concernsAllRows)) return 'all';
    const { context, onTrouble = () => undefined } = this.#options;
    for (let failures = 1; !signal.aborted; failures += 1)
      try {
        const keys = await this.#ask(stream, watch, changedRows(changes), part);
        onTrouble(null);
        return keys;
      } catch (error) {
        onTrouble(messageOf(error));
        context.log.warn(
          { flow: stream.name, failures, ...faultOf(error) },
          'the way round was not answered, trying again',
        );
        await context.clock.wait(backOffMs(failures, context.policy, context.random()), signal);
      }
    return new Set();
  }

  /** What fails at these rows, and not without any, is not asked again: all keys are asked in its place. */
  async #ask(
    stream: Stream,
    watch: number,
    rows: readonly Row[],
    { mark }: ChangePart,
  ): Promise<Set<string> | 'all'> {
    const { context } = this.#options;
    try {
      const keys = await stream.questions.keysOf(watch, rows, [mark]);
      return keys === 'all' ? keys : new Set(keys);
    } catch (error) {
      if (!mayBeOfData(error)) throw error;
      await stream.questions.keysOf(watch, [], [mark]);
      context.log.warn(
        { flow: stream.name, rows: rows.length, ...faultOf(error) },
        'the way round fails at these rows: all keys are asked',
      );
      return 'all';
    }
  }
}

function faultOf(error: unknown): object {
  return error instanceof Unavailable || error instanceof Rejected ? error.fault : { err: error };
}

function keysOf(changes: Change[], column: string): Set<string> | 'all' {
  const keys = new Set<string>();
  for (const change of changes) {
    const dirty = dirtyKeys(change, column);
    if (dirty.all) return 'all';
    for (const key of dirty.keys) keys.add(key);
  }
  return keys;
}
