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
  if (columns.length === 1) return dirtyKey(change, columns[0]!);
  const before = valuesOf(columns, (column) => change.old?.[column]);
  // An unchanged value stored out of line is not sent anew; then it is the old one.
  const after = change.new === null ? undefined : valuesOf(columns, (column) => newValue(change, column));
  const known = [before, after].filter((values) => values !== undefined);
  const keys = known.filter((values): values is string[] => values.every((value) => value !== null));
  const [one, other] = keys;
  const isSame = other !== undefined && one!.every((value, index) => value === other[index]);
  return { keys: isSame ? [one!] : keys, all: known.length === 0 };
}

/** The same of one column, as almost all have it, and of each row of a large transaction. */
function dirtyKey(change: Change, column: string): DirtyKeys {
  const before = change.old?.[column];
  const after = change.new === null ? undefined : newValue(change, column);
  if (before === undefined && after === undefined) return { keys: [], all: true };
  const keys: string[][] = [];
  if (before != null) keys.push([before]);
  if (after != null && after !== before) keys.push([after]);
  return { keys, all: false };
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
