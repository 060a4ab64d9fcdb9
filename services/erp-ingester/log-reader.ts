import { dirtyKeys } from '../erp/changed-keys/dirty-keys.ts';
import type { ChangePart } from '../erp/sources/change-source.ts';
import { changedRows, concernsAllRows } from '../erp/sources/changes.ts';
import type { Change } from '../erp/sources/changes.ts';
import { keyText } from '../erp/sources/keys.ts';
import type { KeyOf } from '../erp/sources/keys.ts';
import type { StreamWatch } from '../erp/sources/stream.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { mergeCause, newDirt } from './dirty-set.ts';
import type { Cause } from './dirty-set.ts';
import type { StreamRunner } from './stream-runner.ts';
import type { Stream } from './stream.ts';
import { OpenTransactions } from './transactions.ts';
import type { OpenTransaction } from './transactions.ts';

export interface LogReaderOptions {
  streams: readonly Stream[];
  runners: ReadonlyMap<string, Pick<StreamRunner, 'dirty' | 'askAll' | 'changed'>>;
  context: Pick<FlowContext, 'clock'>;
  /** Everything up to here is published, or told by the state of a stream. */
  onProgress: (end: string) => void;
  /** Keys of transactions that may wait for an answer before the source is read no further. */
  waitingMax?: number;
}

/**
 * Each key of each transaction counts, not each dirty key: while nothing is answered, a few products that change a
 * thousand times a second would fill the memory too. About 200 bytes each.
 */
const waitingMaxDefault = 200_000;

/** Turns the changes of the source into dirty keys, and rows that lead to keys. It says only which keys changed, never what is true. */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #transactions: OpenTransactions;
  #current: OpenTransaction | null = null;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#transactions = new OpenTransactions(options.onProgress);
  }

  /** Until the source ends; throws what ends it otherwise. */
  async run(parts: AsyncIterable<ChangePart>, signal: AbortSignal): Promise<void> {
    const { waitingMax = waitingMaxDefault, context } = this.#options;
    for await (const part of parts) {
      if (signal.aborted) return;
      this.#take(part);
      while (this.#transactions.outstanding > waitingMax && !signal.aborted)
        await context.clock.wait(50, signal);
    }
  }

  #take(part: ChangePart): void {
    this.#current ??= this.#transactions.begin();
    const transaction = this.#current;
    for (const stream of this.#options.streams)
      for (const [index, watch] of stream.watches.entries()) {
        const changes = part.changes.filter(({ table }) => table === watch.table);
        if (changes.length > 0) this.#mark(stream, index, changes, part, transaction);
      }
    if (part.end === null) return;
    this.#current = null;
    this.#transactions.ended(transaction, part.end);
  }

  #mark(
    stream: Stream,
    index: number,
    changes: Change[],
    part: ChangePart,
    transaction: OpenTransaction,
  ): void {
    const runner = this.#options.runners.get(stream.name)!;
    const watch = stream.watches[index]!;
    const { mark, position, occurredAt } = part;
    const cause: Cause = { mark, position, occurredAt };
    const held = (): Cause => {
      transaction.hold();
      return { ...cause, transaction };
    };
    const keys = keysOf(changes, watch, stream);
    if (keys === 'all') {
      const dirt = newDirt();
      mergeCause(dirt, cause);
      runner.askAll(`changes of ${watch.table} did not say which keys they are about`, dirt);
    } else if (keys === 'led to') for (const row of changedRows(changes)) runner.changed(index, row, held());
    else for (const key of keys) runner.dirty.add(key, held());
  }
}

/** `led to`: by the rows, which do not carry them. */
function keysOf(changes: Change[], { columns }: StreamWatch, stream: KeyOf): Set<string> | 'all' | 'led to' {
  if (columns === null) return changes.some(concernsAllRows) ? 'all' : 'led to';
  const keys = new Set<string>();
  for (const change of changes) {
    const dirty = dirtyKeys(change, columns);
    if (dirty.all) return 'all';
    for (const values of dirty.keys) keys.add(keyText(stream, values));
  }
  return keys;
}
