/** `cartage check` against an ERP's database: what is wrong, why it matters, what to run. Writes nothing. */
import type pg from 'pg';
import { Unavailable } from '../platform/errors.ts';
import { fail, ok } from '../platform/finding.ts';
import type { Finding } from '../platform/finding.ts';
import { checkColumns } from './check/columns.ts';
import { checkServer } from './check/server.ts';
import { checkSlot } from './check/slot.ts';
import { checkCopy, checkStandbys } from './check/standbys.ts';
import type { KeptSlot } from './check/standbys.ts';
import { tryStatement } from './check/statements.ts';
import type { TriedStatement } from './check/statements.ts';
import { checkTables } from './check/tables.ts';
import { checkTimezone } from './check/timezone.ts';
import { openPool } from './pool.ts';
import type { ErpConnection } from './pool.ts';
import type { WatchedKey } from './replication/identity.ts';
import { unavailable } from './sqlstate.ts';

export type { Finding } from '../platform/finding.ts';
export type { TriedStatement } from './check/statements.ts';

export interface ErpCheck {
  connection: ErpConnection;
  /** Left out where nothing is read from the log (orders only, or polling). */
  replication?: KeptSlot & { publication: string; watched: readonly WatchedKey[] };
  statements: readonly TriedStatement[];
  /** It is to be a standby of the database, asked in its place. */
  isReplica?: boolean;
  /** Of which a replica is to have a copy; left out where nothing is read from the log. */
  copyOf?: KeptSlot;
  /** Of the queries and the calendar of the streams; null: those of the database and UTC. */
  days?: { timezone: string | null; hasCalendar: boolean };
}

/** Never throws for what it finds; a database that cannot be reached is a finding too. */
export async function checkErp(options: ErpCheck): Promise<Finding[]> {
  const pool = openPool({ ...options.connection, max: 1 });
  const findings: Finding[] = [];
  try {
    const client = await pool.connect();
    try {
      await client.query(`set statement_timeout = 10000; set default_transaction_read_only = on`);
      findings.push(
        options.isReplica ? await checkReplica(client) : ok('erp.reachable', 'The ERP database answers'),
      );
      if (options.copyOf) findings.push(...(await checkCopy(client, options.copyOf)));
      if (options.days) findings.push(await checkTimezone(client, options.days));
      if (options.replication) findings.push(...(await checkReplication(client, options.replication)));
      for (const statement of options.statements) findings.push(...(await tryOne(client, statement)));
    } finally {
      client.release(true);
    }
  } catch (error) {
    const { fault } =
      error instanceof Unavailable ? error : unavailable('The ERP database cannot be checked', error);
    findings.push(fail(fault.code, fault.what, fault.why ?? '', fault.fix));
  } finally {
    await pool.end();
  }
  return findings;
}

async function checkReplica(client: pg.ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]!.standby) return ok('erp.replica', 'The replica of the ERP database answers');
  return fail(
    'erp.replica',
    'erp.connection.replicaUrl leads to a server that is no standby',
    'nothing tells there how far it shows what the database has: it is never asked',
    'Name a physical standby of erp.connection.url, or leave it out',
  );
}

async function tryOne(client: pg.ClientBase, statement: TriedStatement): Promise<Finding[]> {
  const finding = await tryStatement(client, statement);
  const { where, template, columns } = statement;
  if (finding.level !== 'ok' || !columns) return [finding];
  return [finding, ...(await checkColumns(client, where, template, columns))];
}

async function checkReplication(
  client: pg.ClientBase,
  { slot, failover, publication, watched }: NonNullable<ErpCheck['replication']>,
): Promise<Finding[]> {
  const { finding, state } = await checkSlot(client, slot);
  const server = await checkServer(client, state !== null);
  if (server.some(({ code, level }) => code === 'erp.version' && level === 'fail')) return server;
  const standbys = await checkStandbys(client, { slot, failover });
  return [...server, ...(await checkTables(client, publication, watched)), finding, ...standbys];
}
