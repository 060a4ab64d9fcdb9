import { createHash } from 'node:crypto';
import { Rejected } from '../../../platform/errors.ts';
import type { PollReader } from './poll-reader.ts';
import type { PolledRow } from './poll-window.ts';
import { textOf } from './poll-window.ts';
import { versionOf } from './versions.ts';
import type { RowVersion } from './versions.ts';

/** How the rows of a table are told apart and known to be new. */
export interface PolledTable {
  /** Columns that name a row together, and that the database can sort by. */
  id: readonly string[];
  /** Column that changes whenever the row does. */
  version: string;
}

/** A database that polls are made in. Values of rows are lossless; statements name parameters by `parameter`. */
export interface PollDatabase {
  rows(where: string, sql: string, values: readonly string[]): Promise<Record<string, unknown>[]>;
  /** Of the parameter in this place, from 1. */
  parameter(place: number): string;
  quote(name: string): string;
  splitTable(table: string): { schema: string; name: string };
  /** A version as the database reads it. */
  written(version: RowVersion): string;
  identify(): Promise<string>;
  now(): Promise<number>;
}

export interface SqlPollReaderOptions {
  database: PollDatabase;
  tables: Readonly<Record<string, PolledTable>>;
  rowsPerPage?: number;
}

const rowsPerPageDefault = 2_000;

/** Polls by SQL: the same statements in each database, but for how names and parameters are written. */
export class SqlPollReader implements PollReader {
  readonly #options: SqlPollReaderOptions;

  constructor(options: SqlPollReaderOptions) {
    this.#options = options;
  }

  identify(): Promise<string> {
    return this.#options.database.identify();
  }

  now(): Promise<number> {
    return this.#options.database.now();
  }

  async shape(table: string): Promise<string> {
    const { database, tables } = this.#options;
    const { schema, name } = database.splitTable(table);
    const sql = `select column_name as name, data_type as type from information_schema.columns
      where table_schema = ${database.parameter(1)} and table_name = ${database.parameter(2)} order by ordinal_position`;
    const columns = await database.rows(placeOf(table), sql, [schema, name]);
    const names = columns.map((column) => column.name);
    const { id, version } = tables[table]!;
    const missing = [...id, version].filter((column) => !names.includes(column));
    if (missing.length > 0) throw notThere(table, missing, columns.length === 0);
    return createHash('sha1')
      .update(JSON.stringify([columns, id, version]))
      .digest('base64');
  }

  async newest(table: string): Promise<RowVersion | null> {
    const { database, tables } = this.#options;
    const column = database.quote(tables[table]!.version);
    const sql = `select ${column} as version from ${this.#nameOf(table)} where ${column} is not null order by ${column} desc limit 1`;
    const [row] = await database.rows(placeOf(table), sql, []);
    return row === undefined ? null : this.#versionIn(row.version, table);
  }

  async *pages(table: string, from: RowVersion | null): AsyncGenerator<PolledRow[], void, void> {
    const { rowsPerPage = rowsPerPageDefault } = this.#options;
    let page: PolledRow[] = [];
    do {
      page = await this.#page(table, page.at(-1) ?? null, from);
      yield page;
    } while (page.length === rowsPerPage);
  }

  /** In the order of versions; a row without one is never new. */
  async #page(table: string, after: PolledRow | null, from: RowVersion | null): Promise<PolledRow[]> {
    const { database, tables, rowsPerPage = rowsPerPageDefault } = this.#options;
    const columns = tables[table]!;
    const order = [columns.version, ...columns.id].map((name) => database.quote(name));
    const [version] = order;
    const values: string[] = [];
    const given = (value: string) => database.parameter(values.push(value));
    const start = after?.version ?? from;
    const conditions = [`${version} is not null`];
    if (start !== null) conditions.push(`${version} >= ${given(database.written(start))}`);
    if (after !== null) {
      const last = [
        database.written(after.version),
        ...columns.id.map((name) => textOf(after.columns[name])),
      ];
      conditions.push(beyond(order, last, given));
    }
    const sql = `select * from ${this.#nameOf(table)} where ${conditions.join(' and ')}
      order by ${order.join(', ')} limit ${rowsPerPage}`;
    const rows = await database.rows(placeOf(table), sql, values);
    return rows.map((row) => ({
      id: JSON.stringify(columns.id.map((name) => row[name])),
      version: this.#versionIn(row[columns.version], table),
      columns: row,
    }));
  }

  #nameOf(table: string): string {
    const { database } = this.#options;
    const { schema, name } = database.splitTable(table);
    return `${database.quote(schema)}.${database.quote(name)}`;
  }

  #versionIn(value: unknown, table: string): RowVersion {
    const found = versionOf(value);
    if (found !== null) return found;
    throw new Rejected({
      code: 'erp.poll_version',
      what: `The column ${this.#options.tables[table]!.version} of ${table} holds no version that can be polled by`,
      why: 'needed is a date with a time of day, or a whole number that rises',
      fix: `Name another column in ${placeOf(table)}, or none: then the table is only compared`,
    });
  }
}

/**
 * Rows that come after the last one in this order. Written out: MySQL uses no index for `(a, b) > (?, ?)`, and takes
 * parameters by their place, so each is given where it stands.
 */
function beyond(
  [column, ...columns]: readonly string[],
  [value, ...values]: readonly string[],
  given: (value: string) => string,
): string {
  const later = `${column} > ${given(value!)}`;
  if (columns.length === 0) return later;
  return `(${later} or (${column} = ${given(value!)} and ${beyond(columns, values, given)}))`;
}

const placeOf = (table: string): string => `erp.source.tables.${table}`;

function notThere(table: string, missing: string[], isTable: boolean): Rejected {
  return new Rejected({
    code: 'erp.poll_table',
    what: isTable
      ? `There is no table ${table}, or it may not be read`
      : `${table} has no column ${missing.join(', ')}`,
    fix: `Correct ${placeOf(table)} in the configuration, or grant SELECT on it`,
  });
}
