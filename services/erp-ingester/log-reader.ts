import { dirtyKeys } from '../erp/changed-keys/dirty-keys.ts';
import { changedRows, queryVia } from '../erp/changed-keys/via.ts';
import { mayBeOfData } from '../erp/changed-keys/snapshot.ts';
import type { SnapshotOptions } from '../erp/changed-keys/snapshot.ts';
import type { TransactionPart } from '../erp/replication/handover.ts';
import type { Lsn } from '../erp/replication/lsn.ts';
import { concernsAllRows } from '../erp/replication/messages.ts';
import type { Change } from '../erp/replication/messages.ts';
import { backOffMs } from '../platform/flow/outcome/policy.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { Rejected, Unavailable, messageOf } from '../platform/errors.ts';
import type { KeyQueryRunner } from './key-query-runner.ts';
import type { Row } from '../erp/replication/tuple.ts';
import type { Cause } from './dirty-set.ts';
import type { Watch } from '../erp/streams.ts';
import type { Stream } from './stream.ts';
import { OpenTransactions } from './transactions.ts';
import type { OpenTransaction } from './transactions.ts';

export interface LogReaderOptions {
  streams: readonly Stream[];
  runners: ReadonlyMap<string, KeyQueryRunner>;
  pool: SnapshotOptions['pool'];
  context: FlowContext;
  statementTimeoutMs: number;
  /** The way round; by SQL unless a test says otherwise. */
  queryVia?: typeof queryVia;
  /** Everything up to here is published. */
  onProgress: (endLsn: Lsn) => void;
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

/** Turns the changes of the log into dirty keys. The log says only which keys changed, never what is true. */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #transactions: OpenTransactions;
  #current: OpenTransaction | null = null;
  /** Keys of transactions whose answer is not published. */
  #waiting = 0;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#transactions = new OpenTransactions(options.onProgress);
  }

  /** Until the log ends; throws what ends it otherwise. */
  async run(parts: AsyncIterable<TransactionPart>, signal: AbortSignal): Promise<void> {
    const { waitingMax = waitingMaxDefault } = this.#options;
    for await (const part of parts) {
      if (signal.aborted) return;
      await this.#take(part, signal);
      while (this.#waiting > waitingMax && !signal.aborted)
        await this.#options.context.clock.wait(50, signal);
    }
  }

  async #take(part: TransactionPart, signal: AbortSignal): Promise<void> {
    this.#current ??= this.#transactions.begin(part.xid);
    const transaction = this.#current;
    for (const stream of this.#options.streams)
      for (const watch of stream.watches) {
        const changes = part.changes.filter((change) => change.table === watch.table);
        if (changes.length > 0) await this.#markDirty(stream, watch, changes, part, transaction, signal);
      }
    // Cut short: the keys of this part may be missing, so the transaction must not count as read.
    if (!part.last || signal.aborted) return;
    this.#current = null;
    this.#transactions.ended(transaction, part.endLsn);
  }

  async #markDirty(
    stream: Stream,
    watch: Watch,
    changes: Change[],
    part: TransactionPart,
    transaction: OpenTransaction,
    signal: AbortSignal,
  ): Promise<void> {
    const { dirty } = this.#options.runners.get(stream.name)!;
    const cause = (): Cause => {
      transaction.outstanding += 1;
      this.#waiting += 1;
      return {
        xid: part.xid,
        endLsn: part.commitLsn,
        occurredAt: part.commitTime.getTime(),
        onAnswered: () => {
          this.#waiting -= 1;
          this.#transactions.answered(transaction);
        },
      };
    };
    const keys =
      watch.column === null
        ? await this.#keysBy(stream, watch, changes, part, signal)
        : keysOf(changes, watch.column);
    if (keys === 'all') dirty.addAll(cause());
    else for (const key of keys) dirty.add(key, cause());
  }

  /** The way round. Tried until it answers: without its keys the transaction cannot be acknowledged. */
  async #keysBy(
    stream: Stream,
    watch: Watch,
    changes: Change[],
    part: TransactionPart,
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
    { table, via }: Watch,
    rows: readonly Row[],
    { xid }: TransactionPart,
  ): Promise<Set<string> | 'all'> {
    const { context, pool, statementTimeoutMs, queryVia: ask = queryVia } = this.#options;
    const where = `erp.streams.${stream.name} via ${table}`;
    const question = { pool, where, statementTimeoutMs, via: via!, dirt: { xids: [xid] } };
    try {
      const keys = await ask({ ...question, rows });
      return new Set(keys.map((key) => (typeof key === 'string' ? key : (Object.values(key)[0] ?? ''))));
    } catch (error) {
      if (!mayBeOfData(error)) throw error;
      await ask({ ...question, rows: [] });
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
