import type { KeyForm } from './key-forms.ts';
import type { Questions } from './questions.ts';

/** Which changes make which keys of a stream dirty. */
export interface StreamWatch {
  table: string;
  /** Columns whose values are the key; null where only a question leads to it (`Questions.keysOf`). */
  columns: readonly string[] | null;
}

/** A stream as the loop sees it, whatever it is read from. */
export interface SourceStream {
  name: string;
  topic: string;
  /** Of all in the configuration that decides what its records are. Another one: they are to be asked anew. */
  digest: string;
  /** Columns of the answers that are the key. */
  keyColumns: readonly string[];
  /** How their values are spelled, in the same order: one value may come in several spellings. */
  keyForms: readonly KeyForm[];
  watches: readonly StreamWatch[];
  /** Cron expression: when all keys are asked again; null: never. */
  again: string | null;
  questions: Questions;
}
