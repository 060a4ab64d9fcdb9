import type { Mark } from '../change-source.ts';
import type { PolledRow } from './poll-window.ts';
import type { RowVersion } from './versions.ts';

/** Who is polled: tables of a database, lists of an HTTP API. Tables are named as the watches of the streams name them. */
export interface PollReader {
  /** Which system this is: a restored or replaced one is another. */
  identify(): Promise<string>;
  /** Milliseconds of its clock. */
  now(): Promise<number>;
  /** How a table stands, as a digest: an altered one is read anew. @throws Rejected where it cannot be polled. */
  shape(table: string): Promise<string>;
  /** Of the newest row; null where there is none, undefined where nobody can say: then all rows are new. */
  newest(table: string): Promise<RowVersion | null | undefined>;
  /** Rows of this version and newer ones, some at a time; null: all. */
  pages(table: string, from: RowVersion | null): AsyncIterable<readonly PolledRow[]>;
  /** What an answer must contain, where a later question is no proof by itself. */
  markOf?(row: PolledRow): Mark;
}
