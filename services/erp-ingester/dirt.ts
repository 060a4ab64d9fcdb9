import type { Mark } from '../erp/sources/change-source.ts';
import type { OpenTransaction } from './transactions.ts';

/** Why a key is to be asked, and what the answer must contain. */
export interface Dirt {
  marks: Set<Mark>;
  /** Where the newest change stands in the source; null when none made it dirty. */
  position: string | null;
  /** An answer whose version is at least this shows the changes; 0 when there is none, Infinity when that is not known. */
  shownFrom: number;
  /** Commit time of the oldest change, milliseconds; null when no change of the source made it dirty. */
  occurredAt: number | null;
  /** Keys of records that somebody asked for: published also when unchanged. */
  asked: Set<string>;
  /** Of a round: somebody asked for all records. */
  isAllAsked: boolean;
  traceparent: string | null;
  /** Held until what is true now is published, or until the cursor says that all keys are to be asked. */
  transactions: Pick<OpenTransaction, 'release'>[];
  /** Called when what is true now is published. */
  onAnswered: (() => void)[];
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
  dirt.onAnswered = [];
  for (const onAnswered of waiting) onAnswered();
}

export function newDirt(): Dirt {
  return {
    marks: new Set(),
    position: null,
    shownFrom: 0,
    occurredAt: null,
    asked: new Set(),
    isAllAsked: false,
    traceparent: null,
    transactions: [],
    onAnswered: [],
  };
}

export function releaseTransactions(dirt: Dirt): void {
  const held = dirt.transactions;
  dirt.transactions = [];
  for (const transaction of held) transaction.release();
}

export function mergeCause(dirt: Dirt, cause: Cause): void {
  if (cause.mark !== undefined) dirt.marks.add(cause.mark);
  // A source tells in its order: what comes later is later.
  dirt.position = cause.position ?? dirt.position;
  dirt.shownFrom = Math.max(dirt.shownFrom, cause.shownFrom ?? 0);
  if (cause.occurredAt !== undefined)
    dirt.occurredAt = Math.min(dirt.occurredAt ?? Infinity, cause.occurredAt);
  if (cause.asked !== undefined) dirt.asked.add(cause.asked);
  dirt.traceparent ??= cause.traceparent ?? null;
  if (cause.transaction) dirt.transactions.push(cause.transaction);
  if (cause.onAnswered) dirt.onAnswered.push(cause.onAnswered);
}

export function mergeDirt(into: Dirt, from: Dirt): void {
  for (const mark of from.marks) into.marks.add(mark);
  into.position = from.position ?? into.position;
  into.shownFrom = Math.max(into.shownFrom, from.shownFrom);
  if (from.occurredAt !== null) into.occurredAt = Math.min(into.occurredAt ?? Infinity, from.occurredAt);
  for (const key of from.asked) into.asked.add(key);
  into.isAllAsked ||= from.isAllAsked;
  into.traceparent ??= from.traceparent;
  // Not by spreading: a key that nobody answers for long has more of them than a call takes arguments.
  into.transactions = into.transactions.concat(from.transactions);
  into.onAnswered = into.onAnswered.concat(from.onAnswered);
}
