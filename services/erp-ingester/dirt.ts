import type { Mark } from '../erp/sources/change-source.ts';
import type { OpenTransaction } from './transactions.ts';

/**
 * Why a key is to be asked, and what the answer must contain. What holds at most one thing may be shared with other keys
 * of the same change: it is never added to, but replaced.
 */
export interface Dirt {
  marks: ReadonlySet<Mark>;
  /** Where the newest change stands in the source; null when none made it dirty. */
  position: string | null;
  /** An answer whose version is at least this shows the changes; 0 when there is none, Infinity when that is not known. */
  shownFrom: number;
  /** Commit time of the oldest change, milliseconds; null when no change of the source made it dirty. */
  occurredAt: number | null;
  /** Keys of records that somebody asked for: published also when unchanged. */
  asked: ReadonlySet<string>;
  /** Of a round: somebody asked for all records. */
  isAllAsked: boolean;
  traceparent: string | null;
  /** Held until what is true now is published, or until the cursor says that all keys are to be asked. */
  transactions: readonly Pick<OpenTransaction, 'release'>[];
  /** Called when what is true now is published. */
  onAnswered: readonly (() => void)[];
}

/** One change that makes keys dirty. Many keys share one: whoever has it leaves it as it is. */
export interface Cause {
  mark?: Mark;
  position?: string;
  shownFrom?: number;
  occurredAt?: number;
  /** Key of a record that somebody asked for. */
  asked?: string;
  traceparent?: string | null;
  transaction?: Pick<OpenTransaction, 'release'>;
  onAnswered?: () => void;
}

/** Tells everybody who waits for the answer, each once, also when the key is put back and asked again. */
export function reportAnswered(dirt: Dirt): void {
  releaseTransactions(dirt);
  const waiting = dirt.onAnswered;
  dirt.onAnswered = nothing;
  for (const onAnswered of waiting) onAnswered();
}

const nothing: readonly never[] = [];
const none: ReadonlySet<never> = new Set();

export function newDirt(): Dirt {
  return {
    marks: none,
    position: null,
    shownFrom: 0,
    occurredAt: null,
    asked: none,
    isAllAsked: false,
    traceparent: null,
    transactions: nothing,
    onAnswered: nothing,
  };
}

export function releaseTransactions(dirt: Dirt): void {
  const held = dirt.transactions;
  dirt.transactions = nothing;
  for (const transaction of held) transaction.release();
}

/** Of the change last asked about: its keys come one after the other, and share what it says of each. */
let last = {
  cause: {} as Cause,
  marks: none as ReadonlySet<Mark>,
  transactions: nothing as Dirt['transactions'],
};

export function dirtOfCause(cause: Cause): Dirt {
  const { mark, transaction, asked, onAnswered } = cause;
  if (last.cause !== cause)
    last = {
      cause,
      marks: mark === undefined ? none : new Set([mark]),
      transactions: transaction ? [transaction] : nothing,
    };
  return {
    marks: last.marks,
    position: cause.position ?? null,
    shownFrom: cause.shownFrom ?? 0,
    occurredAt: cause.occurredAt ?? null,
    asked: asked === undefined ? none : new Set([asked]),
    isAllAsked: false,
    traceparent: cause.traceparent ?? null,
    transactions: last.transactions,
    onAnswered: onAnswered ? [onAnswered] : nothing,
  };
}

function withOne<Value>(values: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  if (values.has(value)) return values;
  return values.size > 1 ? (values as Set<Value>).add(value) : new Set(values).add(value);
}

function withNext<Value>(values: readonly Value[], value: Value): readonly Value[] {
  if (values.length <= 1) return [...values, value];
  (values as Value[]).push(value);
  return values;
}

export function addMark(dirt: Dirt, mark: Mark): void {
  dirt.marks = withOne(dirt.marks, mark);
}

export function mergeCause(dirt: Dirt, cause: Cause): void {
  if (cause.mark !== undefined) addMark(dirt, cause.mark);
  // A source tells in its order: what comes later is later.
  dirt.position = cause.position ?? dirt.position;
  dirt.shownFrom = Math.max(dirt.shownFrom, cause.shownFrom ?? 0);
  if (cause.occurredAt !== undefined)
    dirt.occurredAt = Math.min(dirt.occurredAt ?? Infinity, cause.occurredAt);
  if (cause.asked !== undefined) dirt.asked = withOne(dirt.asked, cause.asked);
  dirt.traceparent ??= cause.traceparent ?? null;
  if (cause.transaction) dirt.transactions = withNext(dirt.transactions, cause.transaction);
  if (cause.onAnswered) dirt.onAnswered = withNext(dirt.onAnswered, cause.onAnswered);
}

export function mergeDirt(into: Dirt, from: Dirt): void {
  for (const mark of from.marks) addMark(into, mark);
  into.position = from.position ?? into.position;
  into.shownFrom = Math.max(into.shownFrom, from.shownFrom);
  if (from.occurredAt !== null) into.occurredAt = Math.min(into.occurredAt ?? Infinity, from.occurredAt);
  for (const key of from.asked) into.asked = withOne(into.asked, key);
  into.isAllAsked ||= from.isAllAsked;
  into.traceparent ??= from.traceparent;
  // Not by spreading: a key that nobody answers for long has more of them than a call takes arguments.
  into.transactions = into.transactions.concat(from.transactions);
  into.onAnswered = into.onAnswered.concat(from.onAnswered);
}
