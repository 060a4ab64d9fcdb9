/**
 * Questions by SQL on MySQL and MariaDB. An answer contains what was seen of the same server before it was asked, because
 * its snapshot begins later, and of its log what can be shown to be in it (`mysql/proof.ts`).
 */
import { rowsOf } from '../../mysql/pool.ts';
import type { MysqlPool } from '../../mysql/pool.ts';
import { askSnapshot, askSnapshotInChunks } from '../../mysql/snapshot.ts';
import type { MysqlAnswer } from '../../mysql/snapshot.ts';
import type { Mark } from '../change-source.ts';
import type { Row } from '../changes.ts';
import type { Answer, Questions, RecordKey } from '../questions.ts';
import type { MysqlStream } from './mysql-stream.ts';

export interface MysqlQuestionsOptions {
  pool: MysqlPool;
  stream: MysqlStream;
  /** ISO time before which documents are of no interest. */
  since: string;
  rowsPerFetch: number;
}

const briefMs = 5_000;

export class MysqlQuestions implements Questions {
  readonly isOrdered = false;
  readonly #options: MysqlQuestionsOptions;
  /** Of the answers so far: the server's clock may be set back, and versions must not fall. */
  #newest = 0n;

  constructor(options: MysqlQuestionsOptions) {
    this.#options = options;
  }

  async ask(keys: ReadonlyMap<string, Iterable<Mark>>): Promise<Answer> {
    const { pool, stream } = this.#options;
    const sql = stream.query.bind({ keys: [...keys.keys()], since: this.#since });
    const marks = [...keys.values()].flatMap((ofKey) => [...ofKey]);
    return this.#versioned(await askSnapshot(pool, this.#where('query'), sql, marks));
  }

  async *askAll(marks: Iterable<Mark> = []): AsyncGenerator<Answer, void, void> {
    const { pool, stream, rowsPerFetch } = this.#options;
    const sql = stream.query.bind({ since: this.#since });
    for await (const answer of askSnapshotInChunks(pool, this.#where('query'), sql, rowsPerFetch, marks))
      yield this.#versioned(answer);
  }

  async keysOf(watch: number, rows: readonly Row[], marks: Iterable<Mark> = []): Promise<string[]> {
    const { pool, stream } = this.#options;
    const sql = stream.vias[watch]!.bind({ rows });
    return keysIn(await askSnapshot(pool, this.#where(`watch.${watch}.via`), sql, marks));
  }

  async find(records: readonly RecordKey[]): Promise<string[]> {
    if (records.length === 0) return [];
    const { pool, stream } = this.#options;
    return keysIn(await askSnapshot(pool, this.#where('find'), stream.find.bind({ records })));
  }

  expectedRows(): Promise<null> {
    return Promise.resolve(null);
  }

  async probe(): Promise<void> {
    await this.#options.pool.run('erp.refresh.probe', (connection) =>
      rowsOf(connection, 'select 1', briefMs),
    );
  }

  /** As the database reads a time. */
  get #since(): string {
    return this.#options.since.replace('T', ' ').replace('Z', '');
  }

  #where(part: string): string {
    return `erp.streams.${this.#options.stream.name}.${part}`;
  }

  #versioned({ version, rows }: MysqlAnswer): Answer {
    if (version > this.#newest) this.#newest = version;
    return { version: this.#newest, rows };
  }
}

/** The first column, as text; nulls are no keys. */
function keysIn({ rows }: MysqlAnswer): string[] {
  const keys = rows.map((row) => Object.values(row)[0] ?? null).filter((key) => key !== null);
  return [...new Set(keys.map((key) => (typeof key === 'string' ? key : JSON.stringify(key))))];
}
