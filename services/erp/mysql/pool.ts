/** Connections to the ERP's MySQL or MariaDB; the only place that makes one. */
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import type { SinkCall } from '../../platform/telemetry/sink-calls.ts';
import { mysqlFault } from './faults.ts';

export type { Connection } from 'mysql2/promise';
export type MysqlRow = Record<string, unknown>;

export interface MysqlPoolOptions {
  /** As they are now: a changed secret is used by the next connection. */
  options: () => ConnectionOptions;
  max: number;
  /** Per statement, at the server; a little later it counts as gone. */
  statementTimeoutMs: number;
  onCall?: (call: SinkCall) => void;
}

type Connect = (options: ConnectionOptions) => Promise<Connection>;

/** Loaded when it is needed: 25 MB in every process that may read an ERP, most of which have another database. */
const connectByDriver: Connect = async (options) =>
  (await import('mysql2/promise')).createConnection(options);

/** Beside the server's own limit, for a server that no longer answers at all. */
const clientGraceMs = 5_000;

/** What sessions are like, whatever the server's defaults are; `losslessValue` relies on it. */
const session = [
  `set session time_zone = '+00:00', session net_write_timeout = 600`,
  'set session transaction isolation level repeatable read',
];

export class MysqlPool {
  /** What the log of the server was found to lack (`proof.ts`). */
  lostFrom: string | null = null;
  readonly #options: MysqlPoolOptions;
  readonly #connect: Connect;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiting: (() => void)[] = [];
  #inUse = 0;
  #isClosed = false;

  constructor(options: MysqlPoolOptions, connect: Connect = connectByDriver) {
    this.#options = options;
    this.#connect = connect;
  }

  get statementTimeoutMs(): number {
    return this.#options.statementTimeoutMs;
  }

  /**
   * Runs `work` on a connection of its own, as one call to the ERP under that name. After a failure the connection is
   * not used again.
   * @throws Unavailable, Rejected
   */
  async run<Result>(name: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const note = (code: string, outcome: SinkCall['outcome']) =>
      this.#options.onCall?.({ route: name, code, outcome, durationMs: performance.now() - startedAt });
    let connection: Connection | null = null;
    try {
      connection = await this.acquire();
      const result = await work(connection);
      this.release(connection);
      note('00000', 'ok');
      return result;
    } catch (error) {
      if (connection !== null) this.destroy(connection);
      const fault = mysqlFault(name, error);
      note(
        (error as { sqlState?: string }).sqlState ?? '0',
        fault.name === 'Rejected' ? 'refused' : 'failed',
      );
      throw fault;
    }
  }

  /** To be given back by `release`, or `destroy` in whatever state it is. */
  async acquire(): Promise<Connection> {
    while (this.#inUse >= this.#options.max)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#inUse += 1;
    try {
      return this.#idle.pop() ?? (await this.#connected());
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  release(connection: Connection): void {
    if (this.#isClosed) return this.destroy(connection);
    this.#idle.push(connection);
    return this.#free();
  }

  destroy(connection: Connection): void {
    this.#all.delete(connection);
    connection.destroy();
    this.#free();
  }

  /** Statements under way are cut. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#all) connection.destroy();
  }

  async #connected(): Promise<Connection> {
    const connection = await this.#connect(this.#options.options());
    // One that breaks while nobody uses it is heard of here; without a listener Node would end the process.
    connection.on('error', () => {
      const at = this.#idle.indexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
      this.#all.delete(connection);
    });
    this.#all.add(connection);
    try {
      for (const sql of session) await rowsOf(connection, sql, clientGraceMs);
      await limitStatements(connection, this.#options.statementTimeoutMs);
      return connection;
    } catch (error) {
      this.#all.delete(connection);
      connection.destroy();
      throw error;
    }
  }

  #free(): void {
    this.#inUse -= 1;
    this.#waiting.shift()?.();
  }
}

/** Of one statement of ours: its rows. */
export async function rowsOf(connection: Connection, sql: string, timeoutMs: number): Promise<MysqlRow[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: timeoutMs });
  return rows;
}

/** Of one statement with parameters, which the server takes apart from its text. */
export async function askedRows(
  connection: Connection,
  { text, values }: { text: string; values: readonly (string | null)[] },
  statementTimeoutMs: number,
): Promise<MysqlRow[]> {
  const asked = { sql: text, values: [...values], timeout: statementTimeoutMs + clientGraceMs };
  const [rows] = await connection.execute<RowDataPacket[]>(asked);
  return rows;
}

/** For the session, in seconds (MariaDB) or milliseconds (MySQL); 0: no limit. */
export async function limitStatements(connection: Connection, limitMs: number): Promise<void> {
  const [row] = await rowsOf(connection, 'select version() as version', clientGraceMs);
  const isMariadb = /mariadb/i.test(String(row?.version));
  const limit = isMariadb
    ? `max_statement_time = ${limitMs / 1000}`
    : `max_execution_time = ${Math.round(limitMs)}`;
  await rowsOf(connection, `set session ${limit}`, clientGraceMs);
}
