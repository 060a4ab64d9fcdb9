/** Which keys a row change makes dirty, where a column of the row is the key. */
import { concernsAllRows } from '../sources/changes.ts';
import type { Change } from '../sources/changes.ts';

export interface DirtyKeys {
  keys: string[];
  /** The log cannot say which: ask for all. */
  all: boolean;
}

/**
 * Old and new value both: a row that moves from one key to another changes what is true of each.
 * A null is no key. An update whose old row was not sent left the replica identity, hence the key, as it was.
 */
export function dirtyKeys(change: Change, column: string): DirtyKeys {
  if (concernsAllRows(change)) return { keys: [], all: true };
  const before = change.old?.[column];
  // An unchanged value stored out of line is not sent anew; then it is the old one.
  const after =
    change.new === null ? undefined : (change.new[column] ?? (column in change.new ? null : before));
  const known = [before, after].filter((key) => key !== undefined);
  const keys = [...new Set(known.filter((key) => key !== null))];
  return { keys, all: known.length === 0 };
}
