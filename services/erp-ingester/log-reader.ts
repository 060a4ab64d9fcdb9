import { dirtyKeys } from '../erp/changed-keys/dirty-keys.ts';
import type { ChangePart } from '../erp/sources/change-source.ts';
import { changedRows, concernsAllRows } from '../erp/sources/changes.ts';
import type { Change, Row } from '../erp/sources/changes.ts';
import { keyText } from '../erp/sources/keys.ts';
import type { KeyOf } from '../erp/sources/keys.ts';
import type { StreamWatch } from '../erp/sources/stream.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import { mergeCause, newDirt } from './dirt.ts';
import type { Cause } from './dirt.ts';
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
  /** Weight of the keys that may wait for an answer before the source is read no further. */
  waitingMax?: number;
}

/**
 * Each key of each transaction counts, not each dirty key: while nothing is answered, a few products that change a
 * thousand times a second would fill the memory too. Many keys of one transaction take some 120 bytes each, keys that
 * several transactions made dirty, or transactions of one key, up to 300.
 */
const waitingMaxDefault = 150_000;
/** So long a text counts once: a row that leads to keys waits with all its columns. */
const charactersPerWeight = 256;

/** Turns the changes of the source into dirty keys, and rows that lead to keys. It says only which keys changed, never what is true. */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #transactions: OpenTransactions;
  #current: OpenTransaction | null = null;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#transactions = new OpenTransactions(options.onProgress);
  }

  /** Whether all that was read is published, or told by the state of a stream: also what is being asked. */
  get isDone(): boolean {
    return this.#transactions.outstanding === 0;
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
    const causes = new HeldCauses(part, transaction);
    for (const stream of this.#options.streams)
      for (const [index, watch] of stream.watches.entries()) {
        const changes = part.changes.filter(({ table }) => table === watch.table);
        if (changes.length > 0) this.#mark(stream, index, changes, causes);
      }
    if (part.end === null) return;
    this.#current = null;
    this.#transactions.ended(transaction, part.end);
  }

  #mark(stream: Stream, index: number, changes: Change[], causes: HeldCauses): void {
    const runner = this.#options.runners.get(stream.name)!;
    const watch = stream.watches[index]!;
    const keys = keysOf(changes, watch, stream);
    if (keys === 'all') {
      const dirt = newDirt();
      mergeCause(dirt, causes.unheld);
      runner.askAll(`changes of ${watch.table} did not say which keys they are about`, dirt);
    } else if (keys === 'led to')
      for (const row of changedRows(changes)) runner.changed(index, row, causes.hold(charactersOf(row)));
    else for (const key of keys) runner.dirty.add(key, causes.hold(key.length));
  }
}

/** What a part of a transaction is to the keys it makes dirty: one object for all that weigh the same. */
class HeldCauses {
  readonly unheld: Cause;
  readonly #transaction: OpenTransaction;
  readonly #held = new Map<number, Cause>();

  constructor(
    { mark, position, shownFrom = Infinity, occurredAt }: ChangePart,
    transaction: OpenTransaction,
  ) {
    this.unheld = { mark, position, shownFrom, occurredAt };
    this.#transaction = transaction;
  }

  hold(characters: number): Cause {
    const weight = 1 + Math.floor(characters / charactersPerWeight);
    const transaction = this.#transaction;
    transaction.hold(weight);
    let cause = this.#held.get(weight);
    if (cause === undefined) {
      const held = weight === 1 ? transaction : { release: () => transaction.release(weight) };
      this.#held.set(weight, (cause = { ...this.unheld, transaction: held }));
    }
    return cause;
  }
}

function charactersOf(row: Row): number {
  return Object.values(row).reduce((sum, value) => sum + (value?.length ?? 0), 0);
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
