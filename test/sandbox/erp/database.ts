import { readFile, readdir } from 'node:fs/promises';
import { DatabaseError, Pool } from 'pg';
import type { ClientBase, PoolClient, QueryResultRow } from 'pg';

const SCHEMA = new URL('./schema/', import.meta.url);
const ADDITIONS = new URL('./additions.sql', import.meta.url);
const ROLES = new URL('./roles.sql', import.meta.url);

/** Number of the advisory lock under which the schema is made, so that two starts at once make it once. */
const SCHEMA_LOCK = 4_711_001;

/** SQLSTATE of the transaction the server chose to end, and how often we begin it again. */
const DEADLOCK = '40P01';
const DEADLOCK_ATTEMPTS = 3;

/**
 * Creates the tables where there are none, what was added to them since, and Cartage's role with its rights (roles.sql). Idempotent.
 * The client must belong to a role that may create roles and publications.
 */
export async function createSchema(client: ClientBase): Promise<void> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
    const found = await client.query<{ there: boolean }>(
      `select to_regclass('public.sales_order') is not null as there`,
    );
    if (!found.rows[0]?.there) {
      for (const file of (await readdir(SCHEMA)).toSorted()) {
        await client.query(await readFile(new URL(file, SCHEMA), 'utf8'));
      }
    }
    for (const file of [ADDITIONS, ROLES]) await client.query(await readFile(file, 'utf8'));
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** What the verbs and views need of the database: rows of one statement. */
export interface Books {
  rows<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
}

export interface Database extends Books {
  /** Runs the work in one transaction; what it throws undoes it. After a deadlock the work runs again. */
  transaction<Result>(work: (books: Books) => Promise<Result>): Promise<Result>;
  /** Lends a plain client, for schema and seed. */
  withClient<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function openDatabase(databaseUrl: string): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 8,
    connectionTimeoutMillis: 10_000,
    application_name: 'sandbox-erp',
  });
  // An idle connection lost to a restart of the server must not end the process; the next query opens a new one.
  pool.on('error', (error) => console.error(`idle connection lost: ${error.message}`));
  return {
    rows: (text, values) => rowsOf(pool, text, values),
    async withClient(work) {
      const client = await pool.connect();
      try {
        return await work(client);
      } finally {
        client.release();
      }
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await inTransaction(pool, work);
        } catch (error) {
          const collided = error instanceof DatabaseError && error.code === DEADLOCK;
          if (!collided || attempt === DEADLOCK_ATTEMPTS) throw error;
        }
      }
    },
    close: () => pool.end(),
  };
}

async function inTransaction<Result>(pool: Pool, work: (books: Books) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(booksOf(client));
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // A rollback that fails means a broken connection, which must not go back to the pool.
    const broken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    client.release(broken);
    throw error;
  }
}

/** The books behind one connection, in whatever transaction it is. */
export function booksOf(client: ClientBase): Books {
  return { rows: (text, values) => rowsOf(client, text, values) };
}

async function rowsOf<Row extends QueryResultRow>(
  client: Pool | ClientBase,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await client.query<Row>(text, values)).rows;
}
