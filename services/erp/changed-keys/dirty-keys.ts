/** Which keys a row change makes dirty, where columns of the row are the key. */
import { concernsAllRows } from '../sources/changes.ts';
import type { Change, Row } from '../sources/changes.ts';

export interface DirtyKeys {
  /** Values in the order of the columns. */
  keys: string[][];
  /** The log cannot say which: ask for all. */
  all: boolean;
}

/**
 * Old and new values both: a row that moves from one key to another changes what is true of each.
 * A null is no key. An update whose old row was not sent left the replica identity, hence the key, as it was.
 */
export function dirtyKeys(change: Change, columns: readonly string[]): DirtyKeys {
  if (concernsAllRows(change)) return { keys: [], all: true };
  const before = valuesOf(columns, (column) => change.old?.[column]);
  // An unchanged value stored out of line is not sent anew; then it is the old one.
  const after = change.new === null ? undefined : valuesOf(columns, (column) => newValue(change, column));
  const known = [before, after].filter((values) => values !== undefined);
  const keys = known.filter((values): values is string[] => values.every((value) => value !== null));
  const [one, other] = keys;
  const isSame = other !== undefined && one!.every((value, index) => value === other[index]);
  return { keys: isSame ? [one!] : keys, all: known.length === 0 };
}

function newValue({ old, new: row }: Change, column: string): string | null | undefined {
  return column in (row as Row) ? row![column] : old?.[column];
}

/** Undefined where one of them is not known. */
function valuesOf(
  columns: readonly string[],
  valueOf: (column: string) => string | null | undefined,
): (string | null)[] | undefined {
  const values = columns.map(valueOf);
  return values.includes(undefined) ? undefined : (values as (string | null)[]);
}
