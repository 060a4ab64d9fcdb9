/** One read-only snapshot of the ERP that is known to contain what made the keys dirty. */
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { Unavailable } from '../../platform/errors.ts';
import { parseLsn } from '../replication/lsn.ts';
import type { Lsn } from '../replication/lsn.ts';
import type { ErpPool } from '../pool.ts';
import { statement } from '../statement.ts';
import { unavailable } from '../sqlstate.ts';
import { queryRows, textForms } from '../values.ts';
import type { SqlRow } from '../values.ts';
import { queryFault } from './query-fault.ts';
import { neededSql } from './replica.ts';
import type { Needed, Replica } from './replica.ts';
import { missingFrom } from './visibility.ts';
import type { Dirt } from './visibility.ts';

export interface SnapshotOptions {
  pool: ErpPool;
  /** Asked in place of the database itself where it shows as much. */
  replica?: Replica | null;
  /** Names the SQL in errors: `streams.stock.query`. */
  where: string;
  dirt: Dirt;
  /** Per statement, at the server. */
  statementTimeoutMs?: number;
  /** In which the day of the queries turns; that of role or database unless told otherwise. */
  timezone?: string | null;
  /** Fails where a policy would hide rows from our role: what it does not show would be taken for gone. */
  refusesPolicies?: boolean;
  /** How long commits in the log may stay invisible before we say so. */
  visibleWithinMs?: number;
  /** Told, before the answer is there, up to which position of the log it may show the database. */
  onSeen?: (to: Lsn) => void;
}

export interface Snapshot {
  client: pg.PoolClient;
  /** A log position taken just before the snapshot: the version of what it shows. */
  version: Lsn;
  /** Where it was taken; null: at the database itself. */
  replica: Replica | null;
  /** Deadline of a statement on our side, a little after the server's own. */
  queryTimeoutMs: number;
  /** Ends the transaction and gives the connection back; after a failure the connection is dropped. Call exactly once. */
  close(outcome: 'done' | 'failed'): Promise<void>;
}

const defaultStatementTimeoutMs = 30_000;
const defaultVisibleWithinMs = 30_000;
const lookAgainMs = 3;
const lookAgainMsMax = 100;
/** Beside the server's own limit, for a server that no longer answers at all. */
const clientGraceMs = 5_000;

/** @throws {Unavailable} `erp.commit_not_visible` when the wait is over; connection faults. */
export async function openSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { replica } = options;
  const elsewhere = replica && !replica.isResting ? await openAtReplica(options, replica) : null;
  return elsewhere ?? openAtPrimary(options);
}

/** Null where it lacks something, or does not answer. */
async function openAtReplica(options: SnapshotOptions, replica: Replica): Promise<Snapshot | null> {
  const needed = await neededOf(options);
  let client: pg.PoolClient | null = null;
  try {
    client = await replica.pool.connect();
    const version = await replica.begin(client, needed, settingsOf(options), options.onSeen);
    if (version !== null) return snapshotOf(client, version, options, replica);
    client.release();
  } catch (error) {
    client?.release(true);
    replica.failed(options.where, error);
  }
  return null;
}

/** Where the log of the primary stands once it shows what made the keys dirty. */
async function neededOf(options: SnapshotOptions): Promise<Needed> {
  const snapshot = await openAtPrimary(options);
  let outcome: 'done' | 'failed' = 'failed';
  try {
    const { rows } = await snapshot.client.query<{ needed: string; system: string }>(neededSql);
    outcome = 'done';
    return { lsn: parseLsn(rows[0]!.needed), systemId: rows[0]!.system };
  } catch (error) {
    throw queryFault(options.where, error);
  } finally {
    await snapshot.close(outcome);
  }
}

function snapshotOf(
  client: pg.PoolClient,
  version: Lsn,
  options: SnapshotOptions,
  replica: Replica | null,
): Snapshot {
  return {
    client,
    version,
    replica,
    queryTimeoutMs: (options.statementTimeoutMs ?? defaultStatementTimeoutMs) + clientGraceMs,
    close: (outcome) => endSnapshot(client, outcome),
  };
}

async function openAtPrimary(options: SnapshotOptions): Promise<Snapshot> {
  const client = await options.pool.connect().catch((error: unknown) => {
    throw unavailable(`${options.where} could not be asked`, error);
  });
  try {
    const version = await takeSnapshot(client, options);
    return snapshotOf(client, version, options, null);
  } catch (error) {
    // In whatever state it is, this connection is not used again.
    client.release(true);
    throw queryFault(options.where, error);
  }
}

async function takeSnapshot(client: pg.PoolClient, options: SnapshotOptions): Promise<Lsn> {
  const withinMs = options.visibleWithinMs ?? defaultVisibleWithinMs;
  const deadlineMs = performance.now() + withinMs;
  for (let waitMs = lookAgainMs; ; waitMs = Math.min(waitMs * 2, lookAgainMsMax)) {
    const { version, missing } = await begin(client, options);
    if (missing === null) return version;
    await client.query('rollback');
    if (performance.now() + waitMs > deadlineMs) throw notVisible(options.where, missing, withinMs);
    await setTimeout(waitMs);
  }
}

/**
 * In one message: a database across a network is asked many times a second. The position comes first, in a transaction of
 * its own: taken inside, it could count a commit that the snapshot lacks.
 */
async function begin(
  client: pg.ClientBase,
  options: SnapshotOptions,
): Promise<{ version: Lsn; missing: string | null }> {
  const { dirt } = options;
  const statements = [
    'begin read only',
    'select pg_current_wal_lsn()::text as lsn',
    'rollback',
    'begin isolation level repeatable read read only',
    ...settingsOf(options),
    ...(dirt.xids.length > 0 ? [missingFrom(dirt)] : []),
    ...(options.onSeen ? ['select pg_current_wal_insert_lsn()::text as seen'] : []),
  ];
  // Of several statements the driver gives several results, of which its types know nothing.
  const results = (await client.query(statements.join('; '))) as unknown as pg.QueryResult<Answered>[];
  const rows = results.flatMap((result) => result.rows);
  const missing = rows.flatMap(({ xid }) => xid ?? []);
  for (const { seen } of rows) if (seen !== undefined) options.onSeen?.(parseLsn(seen));
  const version = parseLsn(rows.find(({ lsn }) => lsn !== undefined)!.lsn!);
  return { version, missing: missing.length === 0 ? null : `transaction ${missing.join(', ')}` };
}

/** Of the transaction, before anything is asked in it. */
function settingsOf({
  statementTimeoutMs = defaultStatementTimeoutMs,
  timezone = null,
  refusesPolicies = false,
}: SnapshotOptions): string[] {
  return [
    ...(refusesPolicies ? ['set local row_security = off'] : []),
    `set local statement_timeout = ${Math.round(statementTimeoutMs)}`,
    'set local idle_in_transaction_session_timeout = 0',
    `select set_config('transaction_timeout', '0', true) where current_setting('transaction_timeout', true) <> '0'`,
    textForms('local', timezone),
  ];
}

interface Answered {
  lsn?: string;
  xid?: string;
  seen?: string;
}

async function endSnapshot(client: pg.PoolClient, outcome: 'done' | 'failed'): Promise<void> {
  if (outcome === 'failed') return client.release(true);
  try {
    await client.query('commit');
    client.release();
  } catch {
    client.release(true); // it only read; nothing hangs on how it ended
  }
  return undefined;
}

/** Runs one query in a snapshot of its own: one call to the ERP, under the name of its SQL. */
export function queryInSnapshot(
  options: SnapshotOptions,
  text: string,
  values: unknown[],
): Promise<{ version: Lsn; rows: SqlRow[] }> {
  return statement(options.pool, options.where, () => query(options, text, values));
}

async function query(
  options: SnapshotOptions,
  text: string,
  values: unknown[],
): Promise<{ version: Lsn; rows: SqlRow[] }> {
  const snapshot = await openSnapshot(options);
  let outcome: 'done' | 'failed' = 'failed';
  try {
    const rows = await queryRows(snapshot.client, { text, values, timeoutMs: snapshot.queryTimeoutMs });
    outcome = 'done';
    return { version: snapshot.version, rows };
  } catch (error) {
    const { replica } = snapshot;
    if (replica === null) throw queryFault(options.where, error);
    replica.failed(options.where, error);
  } finally {
    await snapshot.close(outcome);
  }
  // What is wrong with the question the database itself will say.
  return query({ ...options, replica: null }, text, values);
}

function notVisible(where: string, missing: string, withinMs: number): Unavailable {
  return new Unavailable({
    code: 'erp.commit_not_visible',
    what: `${where} waited ${withinMs} ms in vain for a snapshot that contains ${missing}`,
    why: 'it is open still, or its commit is in the log and not shown to readers yet',
    fix: 'Look for transactions that are open long (pg_stat_activity.xact_start, pg_prepared_xacts), and for commits waiting in SyncRep (wait_event) and at synchronous_standby_names',
  });
}
