/** Questions by SQL on PostgreSQL. An answer contains a transaction when its snapshot shows it (`visibility.ts`). */
import { queryVia } from '../../changed-keys/via.ts';
import { findKeys } from '../../changed-keys/record-keys.ts';
import { estimateRows, queryAll, queryKeys } from '../../changed-keys/snapshot-query.ts';
import type { Key } from '../../changed-keys/snapshot-query.ts';
import type { Dirt } from '../../changed-keys/visibility.ts';
import type { Replica } from '../../changed-keys/replica.ts';
import type { ErpPool } from '../../pool.ts';
import type { Lsn } from '../../replication/lsn.ts';
import { statement } from '../../statement.ts';
import type { CompiledStream } from '../../streams.ts';
import type { Mark } from '../change-source.ts';
import type { Row } from '../changes.ts';
import { keyObject, keyText, keyValues } from '../keys.ts';
import type { Answer, Questions, RecordKey } from '../questions.ts';

export interface SqlQuestionsOptions {
  pool: ErpPool;
  /** Asked in its place where it shows as much; null: there is none. */
  replica?: Replica | null;
  stream: CompiledStream;
  /** ISO time before which documents are of no interest. */
  since: string;
  statementTimeoutMs: number;
  /** The same where all keys are asked. */
  loadTimeoutMs: number;
  /** Null: that of role or database. */
  timezone: string | null;
  rowsPerFetch: number;
  /** Fails where a policy would hide rows from our role: what it does not show would be taken for gone. */
  refusesPolicies: boolean;
  /** Told up to which position of the log an answer may show the database. */
  onSeen?: (to: Lsn) => void;
}

export class SqlQuestions implements Questions {
  readonly isOrdered = true;
  readonly #options: SqlQuestionsOptions;

  constructor(options: SqlQuestionsOptions) {
    this.#options = options;
  }

  async ask(keys: ReadonlyMap<string, Iterable<Mark>>): Promise<Answer> {
    const marks = new Set<Mark>();
    for (const ofKey of keys.values()) for (const mark of ofKey) marks.add(mark);
    const { stream, since } = this.#options;
    return queryKeys({
      ...this.#snapshot('query', marks),
      query: stream.query,
      since,
      keys: [...keys.keys()].map((key) => this.#asked(key)),
    });
  }

  async *askAll(marks: Iterable<Mark>, after: string | null): AsyncGenerator<Answer, void, void> {
    const { stream, since, rowsPerFetch, loadTimeoutMs } = this.#options;
    yield* queryAll({
      ...this.#snapshot('query', marks),
      statementTimeoutMs: loadTimeoutMs,
      query: stream.query,
      since,
      keyColumns: stream.keyColumns,
      after: after === null ? null : keyValues(stream, after),
      chunkRows: rowsPerFetch,
    });
  }

  expectedRows(): Promise<number> {
    const { stream, since } = this.#options;
    return estimateRows({ ...this.#snapshot('query', []), query: stream.query, since });
  }

  async keysOf(watch: number, rows: readonly Row[], marks: Iterable<Mark>): Promise<string[] | 'all'> {
    const { table, via } = this.#options.stream.watches[watch]!;
    const keys = await queryVia({ ...this.#snapshot(`via ${table}`, marks), via: via!, rows });
    return keys === 'all' ? keys : keys.flatMap((key) => this.#text(key) ?? []);
  }

  async find(records: readonly RecordKey[]): Promise<string[]> {
    const { find } = this.#options.stream;
    const keys = await findKeys({ ...this.#snapshot('find', []), find, records });
    return keys.flatMap((key) => this.#text(key) ?? []);
  }

  probe(): Promise<void> {
    const { pool } = this.#options;
    return statement(pool, 'erp.refresh.probe', async () => void (await pool.query('select 1')));
  }

  /** A key of several columns is asked by their names. */
  #asked(key: string): Key {
    const { stream } = this.#options;
    return stream.keyColumns.length === 1 ? key : keyObject(stream, key);
  }

  /** Of what a query gives: by the names of the key's columns or, where it gives others, as many in their order. */
  #text(key: Key): string | null {
    const { stream } = this.#options;
    if (typeof key === 'string') return keyText(stream, [key]);
    const isNamed = stream.keyColumns.every((column) => column in key);
    const values = isNamed ? stream.keyColumns.map((column) => key[column]) : Object.values(key);
    if (values.some((value) => value == null)) return null;
    return keyText(stream, values.slice(0, stream.keyColumns.length) as string[]);
  }

  /** @param asked of the stream, as errors and traces name it. */
  #snapshot(asked: string, marks: Iterable<Mark>) {
    const { pool, replica = null, stream, onSeen } = this.#options;
    const { statementTimeoutMs, timezone, refusesPolicies } = this.#options;
    const separator = asked.startsWith('via') ? ' ' : '.';
    return {
      pool,
      replica,
      where: `erp.streams.${stream.name}${separator}${asked}`,
      dirt: dirtOf(marks),
      statementTimeoutMs,
      timezone,
      refusesPolicies,
      ...(onSeen && { onSeen }),
    };
  }
}

/** Of marks that are transaction ids; what a poll has seen, this server shows to whoever asks later. */
function dirtOf(marks: Iterable<Mark>): Dirt {
  return { xids: [...new Set(marks)].filter((mark) => /^\d+$/.test(mark)).map(Number) };
}
