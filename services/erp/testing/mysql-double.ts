/** A connection of the MySQL driver, as far as it is used: it answers what a test says, and refuses all else. */
import type { Connection } from '../mysql/pool.ts';

type Row = Record<string, unknown>;
type Answer = readonly Row[] | Error;

/** What the server would refuse, as the driver hands it on. */
export const mysqlRefusal = (errno: number, sqlState: string): Error =>
  Object.assign(new Error(`refused: 'value' by ${errno}`), { errno, sqlState });

export class MysqlDouble {
  /** Statement after statement, of all connections. */
  readonly asked: string[] = [];
  readonly given: { sql: string; values: unknown[]; timeout?: number | undefined }[] = [];
  opened = 0;
  readonly destroyed = new Set<Connection>();
  readonly #answers: [pattern: RegExp, answer: Answer | (() => Answer)][] = [
    [/^set session /, []],
    [/^select version\(\)/, [{ version: '11.4.2-MariaDB' }]],
    [/^(start transaction|commit)/, []],
    [/sysdate\(6\)/, [{ version: '5000', now: '5' }]],
  ];
  readonly #onError = new Map<Connection, () => void>();

  /** The last one that fits is the answer. */
  on(pattern: RegExp, answer: Answer | (() => Answer)): this {
    this.#answers.push([pattern, answer]);
    return this;
  }

  /** The connection breaks while nobody uses it. */
  breakOff(connection: Connection): void {
    this.#onError.get(connection)!();
  }

  connect = async (): Promise<Connection> => {
    await Promise.resolve();
    this.opened += 1;
    const query = async ({
      sql,
      values = [],
      timeout,
    }: {
      sql: string;
      values?: unknown[];
      timeout?: number;
    }) => {
      await Promise.resolve();
      if (this.destroyed.has(connection)) throw new Error('the connection is destroyed');
      return [this.#answer(sql, values, timeout), []];
    };
    const connection = {
      query,
      execute: query,
      on: (_event: 'error', told: () => void) => this.#onError.set(connection, told),
      destroy: () => this.destroyed.add(connection),
      connection: {
        execute: ({ sql, values }: { sql: string; values: unknown[] }) => ({
          stream: () => this.#stream(sql, values),
        }),
      },
    } as unknown as Connection;
    return connection;
  };

  async *#stream(sql: string, values: unknown[]): AsyncGenerator<Row> {
    for (const row of this.#answer(sql, values)) {
      await Promise.resolve();
      yield row;
    }
  }

  #answer(sql: string, values: unknown[], timeout?: number): readonly Row[] {
    this.asked.push(sql);
    this.given.push({ sql, values, timeout });
    const known = this.#answers.findLast(([pattern]) => pattern.test(sql))?.[1];
    const answer = typeof known === 'function' ? known() : (known ?? mysqlRefusal(1064, '42000'));
    if (answer instanceof Error) throw answer;
    return answer;
  }
}
