import { askedRows, rowsOf } from '../../mysql/pool.ts';
import type { MysqlPool, MysqlRow } from '../../mysql/pool.ts';
import type { PollDatabase } from '../polling/sql-poll-reader.ts';

const briefMs = 5_000;

/** Polls of MySQL and MariaDB. */
export class MysqlPoll implements PollDatabase {
  readonly #pool: MysqlPool;
  readonly #database: string;

  /** @param database the one that tables without a name before them are in. */
  constructor(pool: MysqlPool, database: string) {
    this.#pool = pool;
    this.#database = database;
  }

  rows(where: string, text: string, values: readonly string[]): Promise<MysqlRow[]> {
    const { statementTimeoutMs } = this.#pool;
    return this.#pool.run(where, (connection) =>
      askedRows(connection, { text, values: [...values] }, statementTimeoutMs),
    );
  }

  parameter(): string {
    return '?';
  }

  quote(name: string): string {
    return `\`${name.replaceAll('`', '``')}\``;
  }

  splitTable(table: string): { schema: string; name: string } {
    const dot = table.indexOf('.');
    return dot < 0
      ? { schema: this.#database, name: table }
      : { schema: table.slice(0, dot), name: table.slice(dot + 1) };
  }

  /** MariaDB and MySQL name themselves by different variables, and older ones not at all. */
  async identify(): Promise<string> {
    const sql = `show global variables where variable_name in ('server_uid', 'server_uuid', 'hostname', 'port', 'datadir')`;
    const rows = await this.#pool.run('erp.source', (connection) => rowsOf(connection, sql, briefMs));
    const values = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
    const own = values.get('server_uuid') ?? values.get('server_uid');
    return `${own ?? ['hostname', 'port', 'datadir'].map((name) => values.get(name)).join('/')}/${this.#database}`;
  }

  async now(): Promise<number> {
    const sql = 'select cast(unix_timestamp(sysdate(6)) * 1000 as unsigned) as now';
    const [row] = await this.#pool.run('erp.source', (connection) => rowsOf(connection, sql, briefMs));
    return Number(row!.now);
  }

  /** It knows neither T nor Z. */
  written(version: string): string {
    return version.replace('T', ' ').replace('Z', '');
  }
}
