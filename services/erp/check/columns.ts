/**
 * Compares the columns of a stream's query with those that are read, by name: a misspelt one that may be left out would be
 * taken for left out. And their types: a text for a flag makes no record. The query is asked for no row.
 */
import type pg from 'pg';
import { suggestionFor } from '../../platform/config/suggest.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { asSubquery } from '../changed-keys/sql-template.ts';
import type { SqlTemplate } from '../changed-keys/sql-template.ts';
import { columnsOf } from '../columns.ts';
import { checkColumnTypes } from './column-types.ts';
import type { ColumnTypes } from './column-types.ts';
import { columnTypesOf } from './samples.ts';

/** What the columns of a query are read for. */
export interface ReadColumns {
  topic: string;
  /** The columns of the stream's own key, which stand in each row beside what the topic needs. */
  keys: readonly string[];
}

/** Of a statement that the database accepts. */
export async function checkColumns(
  client: pg.ClientBase,
  where: string,
  query: SqlTemplate,
  { topic, keys }: ReadColumns,
): Promise<Finding[]> {
  const types = await typesGiven(client, query);
  const given = [...types.keys()];
  const read = columnsOf[topic]!.shape;
  const required = Object.keys(read).filter((name) => !read[name]!.safeParse(undefined).success);
  const missing = [...new Set([...keys, ...required])].filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !keys.includes(name) && !(name in read));
  if (missing.length + unknown.length === 0)
    return [
      ok('erp.query_columns', `${where} gives the columns of ${topic}`),
      ...checkColumnTypes(where, topic, types),
    ];
  return [
    ...(missing.length > 0 ? [missingColumns(where, missing)] : []),
    ...(unknown.length > 0 ? [unknownColumns(where, unknown, Object.keys(read))] : []),
  ];
}

function missingColumns(where: string, missing: string[]): Finding {
  return fail(
    'erp.query_columns',
    `${where} gives no ${missing.join(', ')}`,
    'no row of it could become a record',
    'Name them so in the query',
  );
}

function unknownColumns(where: string, unknown: string[], read: string[]): Finding {
  const meant = unknown.flatMap((name) => {
    const suggestion = suggestionFor(name, read);
    return suggestion === null ? [] : [`${name} could be ${suggestion}`];
  });
  return warn(
    'erp.query_columns',
    `${where} gives ${unknown.join(', ')}, which nobody reads`,
    'a column under another name counts as left out',
    [`Read are ${read.join(', ')}`, ...meant].join('; '),
  );
}

async function typesGiven(client: pg.ClientBase, query: SqlTemplate): Promise<ColumnTypes> {
  await client.query('begin read only');
  try {
    const nulls = query.parameters.map(() => null);
    return await columnTypesOf(client, `${asSubquery(query)} limit 0`, nulls);
  } finally {
    await client.query('rollback');
  }
}
