/** One order, one transaction, one deadline. */
import type pg from 'pg';
import { Rejected } from '../../platform/errors.ts';
import { LeaseLost, assertCurrent } from '../../platform/fence.ts';
import { bindSql } from '../changed-keys/sql-template.ts';
import type { ErpPool } from '../pool.ts';
import { statement } from '../statement.ts';
import { queryResult } from '../values.ts';
import type { SqlRow } from '../values.ts';
import type { FoundOrder, OrderInput } from './erp-orders.ts';
import { orderFault } from './refusal.ts';
import type { CompiledStatement } from './statements.ts';

/** The server's limit comes first: a slow statement then ends with the server's own answer. */
const clientGraceMs = 2_000;

export interface TransactionOptions {
  mode: string;
  deadlineMs: number;
  lookup: CompiledStatement;
}

/**
 * Runs `work` in one transaction of one connection.
 * @throws {Unavailable} with outcome `unknown` only when COMMIT was sent and no answer came; {Rejected} see refusal.ts;
 *   {LeaseLost} before COMMIT, when the order belongs to another process by now.
 */
export async function transaction<T>(
  pool: ErpPool,
  options: TransactionOptions,
  work: (session: OrderSession) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient | undefined;
  const place = { statement: 'begin', atCommit: false };
  let isOver = false;
  try {
    client = await statement(pool, 'erp.orders.connect', () => pool.connect());
    const session = new OrderSession(client, pool, options, place);
    await session.begin();
    const result = await work(session);
    // The effect of them all is this one: it may have become somebody else's while the statements ran.
    assertCurrent('this order');
    place.statement = 'commit';
    place.atCommit = true;
    await session.commit();
    isOver = true;
    return result;
  } catch (error) {
    throw error instanceof LeaseLost ? error : orderFault(error, place);
  } finally {
    // After any failure the connection goes: that rolls back whatever state it was in, answered or not.
    client?.release(!isOver);
  }
}

export class OrderSession {
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

  async begin(): Promise<void> {
    const limitMs = Math.round(this.#options.deadlineMs);
    await this.#query(
      `begin ${this.#options.mode}; set local statement_timeout = ${limitMs}; set local lock_timeout = ${limitMs};
       set local idle_in_transaction_session_timeout = ${limitMs}; set local datestyle = 'ISO'`,
      [],
    );
  }

  async commit(): Promise<void> {
    await this.#query('commit', []);
  }

  async find(key: string): Promise<FoundOrder | null> {
    this.#place.statement = 'lookup';
    const { template } = this.#options.lookup;
    const { rows } = await this.#query(template.text, bindSql(template, { key }));
    if (rows.length === 0) return null;
    if (rows.length > 1 || text(rows[0]!.id) === null) throw ambiguousLookup(key, rows.length);
    return { id: text(rows[0]!.id)!, reference: text(rows[0]!.reference) };
  }

  /** Whether any of them changed something. */
  async run(
    statements: readonly CompiledStatement[],
    input: OrderInput,
    found: FoundOrder | null,
  ): Promise<boolean> {
    const values: Record<string, unknown> = {
      key: input.key,
      order: JSON.stringify(input.order),
      codes: JSON.stringify(input.codes),
      lookup: found && JSON.stringify(found),
    };
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
    return statement(this.#pool, `erp.orders.${this.#place.statement}`, () =>
      queryResult(this.#client, { text: sql, values, timeoutMs: leftMs + clientGraceMs }),
    );
  }
}

function text(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function ambiguousLookup(key: string, rows: number): Rejected {
  return new Rejected({
    code: 'order.lookup_ambiguous',
    what: `The look-up of order ${key} gave ${rows} ${rows === 1 ? 'row without an id' : 'rows'}`,
    fix: 'Correct erp.orders.lookup: one row with the column id; and see whether the ERP holds the order twice',
  });
}
