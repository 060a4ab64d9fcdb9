/** What a source of changes tells: which rows changed, never what is true. */

/**
 * Column name to text as the source writes it, null for nothing. A column that is *absent* is unknown: an unchanged value
 * that was not sent, a column that the source does not carry, or one not asked for.
 */
export type Row = Record<string, string | null>;

export interface Change {
  /** As the watches of the streams name it; of a database `schema.name`, unquoted. */
  table: string;
  kind: 'insert' | 'update' | 'delete' | 'truncate' | 'untold';
  /** The old key or the old row; null when none was sent (an update that left the key alone). */
  old: Row | null;
  /** The new row; null for delete and truncate. */
  new: Row | null;
}

/** Whether the change tells nothing of its rows: after a truncate, or where the source lacks what is watched. */
export function concernsAllRows({ kind }: Change): boolean {
  return kind === 'truncate' || kind === 'untold';
}

/** Old and new rows of the changes, without repetition. */
export function changedRows(changes: readonly Change[]): Row[] {
  const rows = new Map<string, Row>();
  for (const change of changes) {
    for (const row of [change.old, change.new]) {
      if (row !== null) rows.set(JSON.stringify(row), row);
    }
  }
  return [...rows.values()];
}
