/**
 * The replication slot: the database's promise to keep the log for us. It belongs to the ERP's database, costs
 * its disk while we do not read, and is the only state of Cartage outside Kafka.
 * All functions here take an ordinary connection or pool.
 */
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { unavailable } from '../sqlstate.ts';
import { queryRows } from '../values.ts';
import { parseLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';

export type Database = Pick<pg.Pool | pg.ClientBase, 'query'>;

/** A query on whatever can carry one; the caller says which connection. */
export type RunSql = <R extends pg.QueryResultRow>(text: string) => Promise<R[]>;

export interface SlotState {
  /** Why it is none of ours, in words: names of slots are one list for all databases of a server. */
  foreign: string | null;
  activePid: number | null;
  confirmedLsn: Lsn | null;
  /** `reserved`, `extended`, `unreserved` (the next checkpoint may remove it) or `lost`. */
  walStatus: string | null;
  /** Log that may still be written before the slot is in danger; null when max_slot_wal_keep_size is unlimited. */
  safeWalSizeBytes: bigint | null;
  /** Nothing can be read from it any more. */
  lost: boolean;
  /** The server's reason (PostgreSQL 17 and later). */
  reason: string | null;
  /** Whether its standbys may keep a copy of it, to go on from; null before PostgreSQL 17, which keeps none. */
  failover: boolean | null;
}

/** Slot names go into commands that take no parameters, so they are checked against the server's own rule. */
export function slotName(name: string): string {
  if (/^[a-z0-9_]{1,63}$/.test(name)) return name;
  throw new Rejected({
    code: 'replication.slot_name',
    what: `"${name}" is no name of a replication slot`,
    fix: 'Use lower-case letters, digits and underscores, at most 63',
  });
}

interface SlotRow {
  slot: Record<string, string | number | boolean | null>;
}

/** Null when there is no such slot. Read as JSON, because the columns differ from version to version. */
export async function readSlot(run: RunSql, name: string): Promise<SlotState | null> {
  const rows = await run<SlotRow>(
    `select to_jsonb(s) || jsonb_build_object('here', current_database()) as slot
       from pg_catalog.pg_replication_slots s where slot_name = '${slotName(name)}'`,
  );
  const slot = rows[0]?.slot;
  if (!slot) return null;
  const text = (field: string) => (slot[field] == null ? null : String(slot[field]));
  const confirmed = text('confirmed_flush_lsn');
  const safe = text('safe_wal_size');
  const reason = text('invalidation_reason');
  return {
    foreign: foreignOf(text('plugin'), text('database'), text('here')),
    activePid: slot.active_pid == null ? null : Number(slot.active_pid),
    confirmedLsn: confirmed === null ? null : parseLsn(confirmed),
    walStatus: text('wal_status'),
    safeWalSizeBytes: safe === null ? null : BigInt(safe),
    lost: slot.wal_status === 'lost' || reason !== null || slot.conflicting === true,
    reason,
    failover: slot.failover == null ? null : slot.failover === true,
  };
}

function foreignOf(plugin: string | null, database: string | null, here: string | null): string | null {
  if (plugin !== 'pgoutput') return `it was made for ${plugin ?? 'a physical standby'}, not for pgoutput`;
  return database === here ? null : `it belongs to the database ${database}`;
}

export function inspectSlot(database: Database, name: string): Promise<SlotState | null> {
  return readSlot(async (text) => (await database.query(text)).rows, name);
}

/** The server's own limit comes first. */
const clientGraceMs = 5_000;

export interface CreateSlotOptions {
  /** Creating a slot waits for every transaction that is open now. */
  withinMs?: number;
}

/**
 * Creates the slot and returns a position from which nothing is missed: whatever commits after it is in the log,
 * and whatever committed before it is seen by any snapshot taken after this call.
 *
 * The second half needs care. A transaction can have its commit record in the log, before our position, and still be
 * invisible to new snapshots (it waits for a synchronous standby). Neither the log nor a first load would show it.
 * So the transactions still running after the creation are waited for. Create the publication first: the log is
 * read with the catalog as of the change.
 */
export async function createSlot(pool: pg.Pool, name: string, options: CreateSlotOptions = {}): Promise<Lsn> {
  const withinMs = options.withinMs ?? 60_000;
  slotName(name);
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable('The ERP database could not be asked for a replication slot', error);
  });
  let created = false;
  try {
    await client.query(`set statement_timeout = ${Math.round(withinMs)}`);
    const [row] = await queryRows(client, {
      text: `select lsn::text from pg_create_logical_replication_slot($1, 'pgoutput')`,
      values: [name],
      timeoutMs: withinMs + clientGraceMs,
    });
    created = true;
    await runningTransactionsEnded(client, withinMs);
    return parseLsn(row!.lsn as string);
  } catch (error) {
    // A slot that nobody may trust must not stay: it would look like one to go on from.
    if (created) {
      await client.query('set statement_timeout = 0').catch(() => {});
      await dropSlot(client, name).catch(() => {});
    }
    throw slotNotCreated(name, error);
  } finally {
    // The statement_timeout of this session must not go back into the pool.
    client.release(true);
  }
}

const lookAgainMs = 10;

/**
 * The transactions that run now, as 64 bits. A snapshot lists the running transactions older than the last one that ended, no newer ones. So one of our own is
 * begun and rolled back first: after it, every transaction that ran before it is on the list.
 */
export async function runningTransactions(database: Database): Promise<string[]> {
  // On a pool each statement may have a connection of its own: one text is one transaction.
  await database.query('begin; select pg_current_xact_id(); rollback');
  const { rows } = await database.query<{ xids: string[] }>(
    'select array(select pg_snapshot_xip(pg_current_snapshot())::text) as xids',
  );
  return rows[0]!.xids;
}

async function runningTransactionsEnded(client: pg.ClientBase, withinMs: number): Promise<void> {
  let running = await runningTransactions(client);
  for (let waitedMs = 0; running.length > 0; waitedMs += lookAgainMs) {
    if (waitedMs > withinMs) throw Object.assign(new Error('transactions are still open'), { code: '57014' });
    await setTimeout(lookAgainMs);
    const again = await client.query<{ xids: string[] }>(
      `select array(select x from unnest($1::text[]) x
         where not pg_visible_in_snapshot(x::xid8, pg_current_snapshot())) as xids`,
      [running],
    );
    running = again.rows[0]!.xids;
  }
}

function slotNotCreated(name: string, error: unknown): Unavailable {
  const { code } = error as { code?: string };
  if (code !== '57014') return unavailable(`Replication slot "${name}" could not be created`, error);
  return new Unavailable(
    {
      code: 'replication.open_transactions',
      what: `Replication slot "${name}" could not be created in time`,
      why: 'the database must first see the end of every transaction that is open now',
      fix: 'Find it with: select pid, xact_start, state, query from pg_stat_activity where xact_start is not null order by xact_start; or among pg_prepared_xacts; it is tried again',
    },
    { cause: error },
  );
}

/** Drops the slot if it is there. @returns whether it was. */
export async function dropSlot(database: Database, name: string): Promise<boolean> {
  try {
    const result = await database.query(
      `select pg_drop_replication_slot(slot_name) from pg_catalog.pg_replication_slots where slot_name = $1`,
      [slotName(name)],
    );
    return (result.rowCount ?? 0) > 0;
  } catch (error) {
    throw unavailable(`Replication slot "${name}" could not be dropped`, error);
  }
}
