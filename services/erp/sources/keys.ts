/**
 * A key of a stream as text: the value of its column or, where it has several, a JSON array of their values. On the topic
 * it stands as a JSON object by column (`sourceKey`).
 */
import { spelled } from './key-forms.ts';
import type { SourceStream } from './stream.ts';

export type KeyOf = Pick<SourceStream, 'keyColumns' | 'keyForms'>;

/** @param values in the order of the columns, spelled as they come. */
export function keyText({ keyForms }: Pick<KeyOf, 'keyForms'>, values: readonly string[]): string {
  return joined(values.map((value, index) => spelled(keyForms[index] ?? 'exact', value)));
}

function joined(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : JSON.stringify(values);
}

/** The values of the columns, in their order. */
export function keyValues({ keyColumns }: Pick<KeyOf, 'keyColumns'>, key: string): string[] {
  return keyColumns.length === 1 ? [key] : (JSON.parse(key) as string[]);
}

/** By the names of the columns. */
export function keyObject(stream: Pick<KeyOf, 'keyColumns'>, key: string): Record<string, string> {
  const values = keyValues(stream, key);
  return Object.fromEntries(stream.keyColumns.map((column, index) => [column, values[index]!]));
}

export function sourceKeyOf(stream: Pick<KeyOf, 'keyColumns'>, key: string): string {
  const { keyColumns } = stream;
  if (keyColumns.length === 1) return `{${JSON.stringify(keyColumns[0])}:${JSON.stringify(key)}}`;
  return JSON.stringify(keyObject(stream, key));
}

export function keyOfSource(sourceKey: string): string {
  return joined(Object.values(JSON.parse(sourceKey) as Record<string, string>));
}

/** Null where a column of the key has no value. */
export function keyOfRow(stream: KeyOf, row: Readonly<Record<string, unknown>>): string | null {
  const { keyColumns, keyForms } = stream;
  if (keyColumns.length === 1) {
    // Most streams, asked of each row.
    const value = row[keyColumns[0]!];
    if (value === null || value === undefined) return null;
    return spelled(keyForms[0] ?? 'exact', typeof value === 'string' ? value : JSON.stringify(value));
  }
  const values: string[] = [];
  for (const column of keyColumns) {
    const value = row[column];
    if (value === null || value === undefined) return null;
    values.push(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return keyText(stream, values);
}

/** In place of a key, in a request about all keys of a stream; its reason says which. A record may be called so as well. */
export const allKeys = '*';
