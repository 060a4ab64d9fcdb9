import { quoteIdentifier, splitTable } from '../../pool.ts';
import type { ErpPool } from '../../pool.ts';
import { queryFault } from '../../changed-keys/query-fault.ts';
import { statement } from '../../statement.ts';
import { queryRows, textForms } from '../../values.ts';
import type { SqlRow } from '../../values.ts';
import type { PollDatabase } from '../polling/sql-poll-reader.ts';

/** Beside the server's own limit, for a server that no longer answers at all. */
const clientGraceMs = 5_000;

/** Polls of PostgreSQL: no slot, no publication, no right but SELECT. */
export class PostgresPoll implements PollDatabase {
  readonly #pool: ErpPool;
  readonly #statementTimeoutMs: number;

  constructor(pool: ErpPool, statementTimeoutMs: number) {
    this.#pool = pool;
    this.#statementTimeoutMs = statementTimeoutMs;
  }

  rows(where: string, text: string, values: readonly string[]): Promise<SqlRow[]> {
    return statement(this.#pool, where, async () => {
      const client = await this.#pool.connect().catch((error: unknown) => {
        throw queryFault(where, error);
      });
      try {
        await client.query(
          `begin read only; set local statement_timeout = ${this.#statementTimeoutMs}; ${textForms('local', 'UTC')}`,
        );
        const rows = await queryRows(client, {
          text,
          values,
          timeoutMs: this.#statementTimeoutMs + clientGraceMs,
        });
        await client.query('commit');
        client.release();
        return rows;
      } catch (error) {
        client.release(true);
        throw queryFault(where, error);
      }
    });
  }

  parameter(place: number): string {
    return `$${place}`;
  }

  quote = quoteIdentifier;
  splitTable = splitTable;

  /** Of the cluster and the database in it. */
  async identify(): Promise<string> {
    const sql =
      'select system_identifier::text as id, current_database()::text as name from pg_control_system()';
    const [row] = await this.rows('erp.source', sql, []);
    return `${String(row!.id)}/${String(row!.name)}`;
  }

  async now(): Promise<number> {
    const sql = 'select floor(extract(epoch from clock_timestamp()) * 1000)::text as now';
    const [row] = await this.rows('erp.source', sql, []);
    return Number(row!.now);
  }

  written(version: string): string {
    return version;
  }
}
