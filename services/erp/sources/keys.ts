/**
 * A key of a stream as text: the value of its column or, where it has several, a JSON array of their values. On the topic
 * it stands as a JSON object by column (`sourceKey`).
 */

/** @param values in the order of the columns. */
export function keyText(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : JSON.stringify(values);
}

/** The values of the columns, in their order. */
export function keyValues(columns: readonly string[], key: string): string[] {
  return columns.length === 1 ? [key] : (JSON.parse(key) as string[]);
}

export function sourceKeyOf(columns: readonly string[], key: string): string {
  const values = keyValues(columns, key);
  return JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, values[index]])));
}

export function keyOfSource(sourceKey: string): string {
  return keyText(Object.values(JSON.parse(sourceKey) as Record<string, string>));
}

/** Null where a column of the key has no value. */
export function keyOfRow(columns: readonly string[], row: Readonly<Record<string, unknown>>): string | null {
  const values: string[] = [];
  for (const column of columns) {
    const value = row[column];
    if (value === null || value === undefined) return null;
    values.push(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return keyText(values);
}

/** In place of a key, in a request about all keys of a stream; its reason says which. A record may be called so as well. */
export const allKeys = '*';
