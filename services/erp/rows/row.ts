/** How a row of a stream's query becomes a record. One file per topic beside this one; its columns are in erp/columns.ts. */
import type { Contract } from '../../../schemas/topics.ts';
import type { Version } from '../../../schemas/types.ts';

/** What every record says beside its row. */
export interface Origin {
  occurredAt: number | null;
  version: Version;
  /** Key of the stream, JSON of its key column. */
  sourceKey: string;
}

/** What every record of a stream has; which topic it is of, only its shape knows. */
export interface StreamRecord {
  sourceKey: string;
  version: Version;
  deleted?: boolean;
}

export interface RowShape<Value> {
  contract: Contract<Value>;
  /** Names of the parts of a record's key, as `find` gets them in `$records`. */
  keyParts: readonly string[];
  /**
   * Checks a row and makes the record of it.
   * @param shownFrom An answer whose version is at least this shows the newest change of it; null: that is not known.
   * @throws ZodError
   */
  read(row: unknown, origin: Origin, shownFrom?: number | null): Value;
  /** What the calendar makes of the value, where it does; a change of that alone is published too. */
  validAt?: (value: Value, at: number) => string;
  /** The record that says the ERP no longer has it, from the parts of its key; null where absence means nothing. */
  deleted: ((keyParts: string[], origin: Origin) => Value) | null;
}
