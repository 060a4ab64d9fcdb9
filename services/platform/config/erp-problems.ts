/** Rules between the fields of the ERP: each source of changes needs fields of its own. */
import type { Config } from './schema.ts';
import { findProblem } from './sections/erp-source-problems.ts';
import type { Problem } from './secrets.ts';

type Erp = Config['erp'];

export function erpProblems(erp: Erp): Problem[] {
  const problems = [
    ...writingProblems(erp),
    ...Object.keys(erp.streams).flatMap((name) => streamProblems(erp, name)),
  ];
  const { kind } = erp.source;
  const readsDatabase = kind !== 'http' && Object.keys(erp.streams).length > 0;
  const writesDatabase = [erp.orders, erp.customers].some((one) => one !== undefined);
  const isMysql = isMysqlAddress(erp.connection.url);
  if ((readsDatabase || writesDatabase) && erp.connection.url === '')
    problems.push({
      path: 'erp.connection.url',
      message: 'is required by erp.streams, erp.orders and erp.customers',
    });
  if (isMysql && readsDatabase && kind === 'postgres-log')
    problems.push({
      path: 'erp.source.kind',
      message:
        'must be polling or debezium for a mysql:// address: the log that is read is that of PostgreSQL',
    });
  if (isMysql && erp.connection.replicaUrl !== undefined)
    problems.push({
      path: 'erp.connection.replicaUrl',
      message: 'is asked of a standby of PostgreSQL alone',
    });
  if (isMysql && writesDatabase && erp.connection.writerUrl === undefined)
    problems.push({
      path: 'erp.connection.writerUrl',
      message: 'is required by erp.orders and erp.customers, which are written to PostgreSQL alone',
    });
  return [...problems, ...tableProblems(erp)];
}

const isMysqlAddress = (url: string) => /^(mysql|mariadb):/.test(url);

function writingProblems({ orders, customers, recipe }: Erp): Problem[] {
  const problems: Problem[] = [];
  const twice = (path: string, what: string, other: string) =>
    problems.push({ path, message: `is one way to write ${what}, ${other} is another: leave one out` });
  if (recipe !== undefined && orders !== undefined) twice('erp.orders', 'orders', 'erp.recipe');
  if (recipe?.customers !== undefined && customers !== undefined)
    twice('erp.customers', 'customers', 'erp.recipe.customers');
  return problems;
}

function streamProblems({ source: { kind }, streams, connection }: Erp, name: string): Problem[] {
  const { key, query, http, watch, find } = streams[name]!;
  const path = `erp.streams.${name}`;
  const isNoPostgres = kind === 'http' || isMysqlAddress(connection.url);
  const asked = kind === 'http' ? 'http' : 'query';
  const other = kind === 'http' ? 'query' : 'http';
  const problems: Problem[] = [];
  if ({ query, http }[asked] === undefined)
    problems.push({ path: `${path}.${asked}`, message: 'is required' });
  if ({ query, http }[other] !== undefined)
    problems.push({
      path: `${path}.${other}`,
      message: `is not asked where erp.source.kind is ${kind}: write ${asked} in its place`,
    });
  if (isNoPostgres && Object.keys(key).length > 1)
    problems.push({
      path: `${path}.key`,
      message: 'must name one column: keys of several are for an ERP in PostgreSQL',
    });
  if (kind !== 'http') return problems;
  const wrongFind = findProblem(find);
  if (wrongFind !== null) problems.push({ path: `${path}.find`, message: wrongFind });
  for (const [index, { via }] of watch.entries())
    if (via !== undefined)
      problems.push({
        path: `${path}.watch.${index}.via`,
        message: 'is for SQL: name the key of the list instead',
      });
  return problems;
}

/** What is watched must be asked for, and what is asked for be watched: a misspelt name would be silence. */
function tableProblems({ source, streams }: Erp): Problem[] {
  if (source.kind === 'postgres-log') return [];
  const [field, given] = givenTables(source);
  const watched = new Set(Object.values(streams).flatMap(({ watch }) => watch.map(({ table }) => table)));
  const missing = [...watched].filter((table) => !Object.hasOwn(given, table));
  const idle = Object.keys(given).filter((table) => !watched.has(table));
  return [
    ...missing.map((table) => ({
      path: `erp.source.${field}.${table}`,
      message: `is required: ${needed[field]}`,
    })),
    ...idle.map((table) => ({ path: `erp.source.${field}.${table}`, message: 'is watched by no stream' })),
  ];
}

const needed = {
  tables: '{ id, version } of its rows, or "compared" where nothing shows that they changed',
  lists: 'how what has changed is listed',
  topics: 'the topic that Debezium fills from it',
};

function givenTables(
  source: Exclude<Erp['source'], { kind: 'postgres-log' }>,
): [keyof typeof needed, object] {
  if (source.kind === 'polling') return ['tables', source.tables];
  return source.kind === 'http' ? ['lists', source.lists] : ['topics', source.topics];
}
