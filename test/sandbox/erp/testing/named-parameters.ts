import type { ClientBase, QueryResultRow } from 'pg';

/** Runs SQL with `$name` parameters; objects go as JSON, arrays of keys as arrays. A missing value is null. */
export async function run<Row extends QueryResultRow>(
  client: ClientBase,
  sql: string,
  parameters: Record<string, unknown>,
): Promise<Row[]> {
  const names: string[] = [];
  const text = sql.replaceAll(/\$([a-z]+)/g, (_match, name: string) => {
    if (!Object.hasOwn(parameters, name)) throw new Error(`The statement asks for $${name}.`);
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  const values = names.map((name) => {
    const value = parameters[name];
    return typeof value === 'object' && value !== null && name !== 'keys' ? JSON.stringify(value) : value;
  });
  return (await client.query<Row>(text, values)).rows;
}
