/**
 * What the ingester asks: what is true now. One object per stream, because each stream asks in its own words
 * (`postgres/sql-questions.ts`: its SQL).
 *
 * Every answer contains what happened at the marks it is asked with, and what an earlier answer of the same stream has
 * contained, or the question fails. Of one key one question is asked at a time: only then do later answers carry later (or
 * equal) versions.
 */
import { Rejected, Unavailable } from '../../platform/errors.ts';
import type { Mark } from './change-source.ts';
import type { Row } from './changes.ts';

export interface Answer {
  /** Of what the answer shows; never falls for a key while the epoch lasts. Records made from its rows carry it. */
  version: bigint;
  rows: Record<string, unknown>[];
}

/** The parts of a record's key, by name: `{ source: 'main', sku: '24-MB01' }`. */
export type RecordKey = Readonly<Record<string, string>>;

/**
 * A key is text, as in the rows of the answers.
 * @throws {Unavailable} no answer, or none that contains the marks; {Rejected} the question itself is wrong, or fails at
 * the data of a key (`mayBeOfData`).
 */
export interface Questions {
  /** The rows of these keys; keys that have none are left out. */
  ask(keys: ReadonlyMap<string, Iterable<Mark>>): Promise<Answer>;
  /**
   * The rows of all keys, some at a time, as of one moment. Do not dawdle: something may be held open meanwhile.
   * @param after where `isOrdered`: only of keys beyond this one; null: from the first.
   */
  askAll(marks: Iterable<Mark>, after: string | null): AsyncGenerator<Answer, void, void>;
  /** About how many rows that is; null where nobody can tell. */
  expectedRows(): Promise<number | null>;
  /** Whether `askAll` gives the keys in the order of their bytes, so that a load can go on where it stopped. */
  readonly isOrdered: boolean;
  /** The way round: keys that changed rows lead to, by the stream's watch of this index; `all` where they are too many. */
  keysOf(watch: number, rows: readonly Row[], marks: Iterable<Mark>): Promise<string[] | 'all'>;
  /** Keys that records on the topic came from; a record that leads to none is left out. */
  find(records: readonly RecordKey[]): Promise<string[]>;
  /** Resolves when there is somebody who answers. */
  probe(): Promise<void>;
}

/** Whether it may be some of the keys or rows that the question fails at, and not the question or who is asked. */
export function mayBeOfData(error: unknown): error is Rejected | Unavailable {
  return error instanceof Rejected || (error instanceof Unavailable && error.perhapsRecord);
}
