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
const waitingMaxDefault = 60_000;
/** So long a text counts once: a row that leads to keys waits with all its columns. */
const charactersPerWeight = 256;

/** One watch of a stream, and its place among them. */
interface Watching {
  stream: Stream;
  watch: StreamWatch;
  index: number;
}

/** Turns the changes of the source into dirty keys, and rows that lead to keys. It says only which keys changed, never what is true. */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #transactions: OpenTransactions;
  readonly #watches: Map<string, readonly Watching[]>;
  #current: OpenTransaction | null = null;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.#transactions = new OpenTransactions(options.onProgress);
    const watches = options.streams.flatMap((stream) =>
      stream.watches.map((watch, index) => ({ stream, watch, index })),
    );
    this.#watches = Map.groupBy(watches, ({ watch }) => watch.table);
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
    for (const [table, changes] of byTable(part.changes))
      for (const watching of this.#watches.get(table) ?? []) this.#mark(watching, changes, causes);
    if (part.end === null) return;
    this.#current = null;
    this.#transactions.ended(transaction, part.end);
  }

  #mark({ stream, watch, index }: Watching, changes: readonly Change[], causes: HeldCauses): void {
    const runner = this.#options.runners.get(stream.name)!;
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
  readonly #held: Cause[] = [];

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
    const known = this.#held[weight];
    if (known !== undefined) return known;
    const held = weight === 1 ? transaction : { release: () => transaction.release(weight) };
    return (this.#held[weight] = { ...this.unheld, transaction: held });
  }
}

/** Almost every part is about one table. */
function byTable(changes: readonly Change[]): Iterable<[string, readonly Change[]]> {
  const [first] = changes;
  if (first === undefined) return [];
  if (changes.every(({ table }) => table === first.table)) return [[first.table, changes]];
  return Map.groupBy(changes, ({ table }) => table);
}

function charactersOf(row: Row): number {
  return Object.values(row).reduce((sum, value) => sum + (value?.length ?? 0), 0);
}

/** `led to`: by the rows, which do not carry them. */
function keysOf(
  changes: readonly Change[],
  { columns }: StreamWatch,
  stream: KeyOf,
): Set<string> | 'all' | 'led to' {
  if (columns === null) return changes.some(concernsAllRows) ? 'all' : 'led to';
  const keys = new Set<string>();
  for (const change of changes) {
    const dirty = dirtyKeys(change, columns);
    if (dirty.all) return 'all';
    for (const values of dirty.keys) keys.add(keyText(stream, values));
  }
  return keys;
}
