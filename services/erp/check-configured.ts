import type { Config } from '../platform/config/schema.ts';
import { Rejected } from '../platform/errors.ts';
import { checkErp } from './check.ts';
import { checkRead } from './check/read.ts';
import { isMysqlAddress } from './mysql/address.ts';
import { fail } from '../platform/finding.ts';
import type { Finding } from '../platform/finding.ts';
import type { TriedStatement } from './check/statements.ts';
import { connectionOf } from './connection.ts';
import { compileCustomerStatements } from './customers/statements.ts';
import { compileStatements } from './orders/statements.ts';
import { checkRecipe } from './recipe/check.ts';
import { compileStreams, watchedTables } from './streams.ts';
import type { CompiledStream } from './streams.ts';

/** `cartage check` of the configured ERP: what is asked of its database, and what is called over HTTP. */
export async function checkConfiguredErp(erp: Config['erp']): Promise<Finding[]> {
  const ofDatabase = erp.connection.url === '' ? [] : await checkDatabase(erp);
  const isPolled = erp.source.kind !== 'postgres-log' && Object.keys(erp.streams).length > 0;
  return [
    ...ofDatabase,
    ...(isPolled ? await checkRead(erp) : []),
    ...(erp.recipe === undefined ? [] : await checkRecipe(erp.recipe)),
  ];
}

/** Database, rights, slot, and every statement of the configuration. */
async function checkDatabase(erp: Config['erp']): Promise<Finding[]> {
  try {
    const isMysql = isMysqlAddress(erp.connection.url);
    const streams = isMysql || erp.source.kind === 'http' ? [] : compileStreams(erp.streams);
    const refusesPolicies = erp.connection.rowSecurity === 'refuse';
    const statements: TriedStatement[] = streams
      .flatMap(askedStatements)
      .map((one) => ({ ...one, refusesPolicies }));
    const written = writtenStatements(erp);
    // A role of its own that writes is tried on its own: neither may do what the other does.
    const apart = erp.connection.writerUrl !== undefined;
    if (!apart) statements.push(...written);
    const watched = [...watchedTables(streams)].map(([table, columns]) => ({ table, columns }));
    const { slot, failover, publication } = erp;
    const isFollowed = streams.length > 0 && erp.source.kind === 'postgres-log';
    // What is read from another database is tried by its own questions.
    const read = isMysql
      ? []
      : await checkErp({
          connection: connectionOf(erp.connection),
          ...(isFollowed && { replication: { slot, failover, publication, watched } }),
          statements,
          ...(streams.length > 0 && {
            days: {
              timezone: erp.connection.timezone ?? null,
              hasCalendar: streams.some(({ again }) => again !== null),
            },
          }),
        });
    if (erp.connection.replicaUrl !== undefined)
      read.push(
        ...(await checkErp({
          connection: connectionOf(erp.connection, 'replica'),
          isReplica: true,
          ...(isFollowed && { copyOf: { slot, failover } }),
          // The roles of a standby are those of its primary; only the address may be another one's.
          statements: [],
        })),
      );
    if (!apart) return read;
    return [
      ...read,
      ...(await checkErp({ connection: connectionOf(erp.connection, 'writer'), statements: written })),
    ];
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { code, what, why, fix } = error.fault;
    return [fail(code, what, why ?? '', fix)];
  }
}

function askedStatements({
  name,
  topic,
  keyColumns,
  query,
  find,
  watches,
}: CompiledStream): TriedStatement[] {
  const place = `erp.streams.${name}`;
  return [
    { where: `${place}.query`, template: query, columns: { topic, keys: keyColumns } },
    { where: `${place}.find`, template: find },
    ...watches.flatMap(({ table, via }) => (via ? [{ where: `${place} via ${table}`, template: via }] : [])),
  ];
}

/** The later statements use rows of earlier ones, which are nothing while they are only tried. */
function writtenStatements({ orders, customers }: Config['erp']): TriedStatement[] {
  const compiled = [
    orders && { where: 'erp.orders', lists: compileStatements(orders, 'erp.orders') },
    customers && { where: 'erp.customers', lists: compileCustomerStatements(customers, 'erp.customers') },
  ];
  return compiled.flatMap((one) => {
    if (one === undefined) return [];
    return Object.values(one.lists)
      .flat()
      .map(({ name, template }) => ({ where: `${one.where}.${name}`, template }));
  });
}
