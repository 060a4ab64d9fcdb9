/** One order, or one customer: one transaction, one deadline. */
import type pg from 'pg';
import { LeaseLost, assertCurrent } from '../../platform/fence.ts';
import { bindSql } from '../changed-keys/sql-template.ts';
import type { ErpPool } from '../pool.ts';
import { statement } from '../statement.ts';
import { queryResult } from '../values.ts';
import type { SqlRow } from '../values.ts';
import { sqlFault } from './refusal.ts';
import type { Place } from './refusal.ts';
import type { CompiledStatement } from './statements.ts';

/** The server's limit comes first: a slow statement then ends with the server's own answer. */
const clientGraceMs = 2_000;

export interface TransactionOptions {
  /** What is written: `order`. */
  subject: string;
  /** Where its statements stand: `erp.orders`. */
  where: string;
  mode: 'read only' | 'read write';
  deadlineMs: number;
}

/**
 * Runs `work` in one transaction of one connection.
 * @throws {Unavailable} with outcome `unknown` only when COMMIT was sent and no answer came; {Rejected} see refusal.ts;
 *   {LeaseLost} before COMMIT, when the subject belongs to another process by now.
 */
export async function transaction<T>(
  pool: ErpPool,
  options: TransactionOptions,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient | undefined;
  const place: Place = { subject: options.subject, statement: 'begin', atCommit: false };
  let isOver = false;
  try {
    client = await statement(pool, `${options.where}.connect`, () => pool.connect());
    const session = new SqlSession(client, pool, options, place);
    await session.begin();
    const result = await work(session);
    // The effect of them all is this one: it may have become somebody else's while the statements ran.
    assertCurrent(`this ${options.subject}`);
    place.statement = 'commit';
    place.atCommit = true;
    await session.commit();
    isOver = true;
    return result;
  } catch (error) {
    throw error instanceof LeaseLost ? error : sqlFault(error, place);
  } finally {
    // After any failure the connection goes: that rolls back whatever state it was in, answered or not.
    client?.release(!isOver);
  }
}

export class SqlSession {
  readonly #client: pg.PoolClient;
  readonly #pool: ErpPool;
  readonly #options: TransactionOptions;
  readonly #place: { statement: string };
  readonly #endsAtMs: number;

  constructor(
    client: pg.PoolClient,
    pool: ErpPool,
    options: TransactionOptions,
    place: { statement: string },
  ) {
    this.#pool = pool;
    this.#client = client;
    this.#options = options;
    this.#place = place;
    this.#endsAtMs = performance.now() + options.deadlineMs;
  }

  /** What is acknowledged outlives a crash of the server, also where its administrator trades that for speed. */
  async begin(): Promise<void> {
    const limitMs = Math.round(this.#options.deadlineMs);
    await this.#query(
      `begin ${this.#options.mode}; set local statement_timeout = ${limitMs}; set local lock_timeout = ${limitMs};
       set local idle_in_transaction_session_timeout = ${limitMs}; set local datestyle = 'ISO';
       select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit', true) = 'off'`,
      [],
    );
  }

  async commit(): Promise<void> {
    await this.#query('commit', []);
  }

  async rows({ name, template }: CompiledStatement, values: Readonly<Record<string, unknown>>) {
    this.#place.statement = name;
    return (await this.#query(template.text, bindSql(template, values))).rows;
  }

  /** The first row of a named one is seen by those after it. @returns whether any of them changed something. */
  async run(
    statements: readonly CompiledStatement[],
    given: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const values: Record<string, unknown> = { ...given };
    let hasChanged = false;
    for (const { name, result, template } of statements) {
      this.#place.statement = name;
      const done = await this.#query(template.text, bindSql(template, values));
      if (result !== null) values[result] = done.rows[0] ? JSON.stringify(done.rows[0]) : null;
      // A select whose row a later statement uses only looks; any other calls a function of the ERP.
      hasChanged ||= (done.rowCount ?? 0) > 0 && (done.command !== 'SELECT' || result === null);
    }
    return hasChanged;
  }

  #query(sql: string, values: readonly unknown[]): Promise<pg.QueryResult<SqlRow>> {
    const leftMs = Math.max(1, this.#endsAtMs - performance.now());
    return statement(this.#pool, `${this.#options.where}.${this.#place.statement}`, () =>
      queryResult(this.#client, { text: sql, values, timeoutMs: leftMs + clientGraceMs }),
    );
  }
}

/** A column of a look-up as text. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
