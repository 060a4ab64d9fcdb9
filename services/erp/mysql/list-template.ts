/**
 * SQL of the configuration for MySQL and MariaDB, with parameters by name, as `changed-keys/sql-template.ts` is for
 * PostgreSQL. They know no arrays, so a name stands for one of three things, by where it stands:
 *
 * - `p.id in ($keys)`, `l.delivery_id in ($rows.id)`: the values, each a parameter of its own (of a key of several
 *   columns a row: `(a, b) in ($keys)`), so that an index is used;
 * - `$keys is null`: `true` or `false`, which the server leaves out of its plan;
 * - anywhere else: one parameter, of lists their JSON, for `json_table`.
 *
 * Values never enter the text.
 */
import { Rejected } from '../../platform/errors.ts';

/** What a template may name: `list` of keys, `rows` with columns, or one `value`. */
export type ListParameters = Readonly<Record<string, 'list' | 'rows' | 'value'>>;

/** A list: per item its values, or null for "all". Rows: their columns by name. */
export type ListValues = Readonly<Record<string, unknown>>;

export interface BoundSql {
  text: string;
  values: (string | null)[];
}

type Piece = string | { name: string; column?: string; as: 'list' | 'is null' | 'is not null' | 'value' };

const patterns = {
  parameter: /\$(?<name>[A-Za-z_]\w*)(?:\.(?<column>[A-Za-z_]\w*|`[^`]+`))?/y,
  isNull: /\s+is\s+(?<not>not\s+)?null\b/iy,
  word: /[\w\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/y,
  untouched: [
    /--(?=\s|$)[^\n]*/y,
    /#[^\n]*/y,
    /\/\*[\s\S]*?(?:\*\/|$)/y,
    /'(?:[^'\\]|\\[\s\S]|'')*'/y,
    /"(?:[^"\\]|\\[\s\S]|"")*"/y,
    /`(?:[^`]|``)*`/y,
  ],
};

export class ListTemplate {
  readonly #pieces: Piece[] = [];
  readonly #parameters: ListParameters;

  /**
   * @param where names the template in errors: `streams.stock.query`.
   * @throws {Rejected} `config.sql_parameter` on a name that is not offered here, or a bare `?`.
   */
  constructor(sql: string, parameters: ListParameters, where: string) {
    this.#parameters = parameters;
    for (let at = 0; at < sql.length;) {
      const quoted = patterns.untouched.map((pattern) => match(pattern, sql, at)).find((found) => found);
      const named = quoted ? undefined : match(patterns.parameter, sql, at);
      if (named) at += this.#addParameter(named, sql, at, where);
      else {
        const [text] = quoted ?? match(patterns.word, sql, at)!;
        if (text === '?') throw wrongParameter('?', parameters, where);
        this.#pieces.push(text);
        at += text.length;
      }
    }
  }

  /** Columns of the rows that are read (`$rows.id`); null where the rows are taken as JSON. */
  columnsOf(name: string): string[] | null {
    const used = this.#pieces.filter((piece) => typeof piece === 'object').filter((one) => one.name === name);
    if (used.some(({ column }) => column === undefined)) return null;
    return [...new Set(used.map(({ column }) => column!))];
  }

  /** One that is not given is null. */
  bind(given: ListValues): BoundSql {
    const values: (string | null)[] = [];
    const text = this.#pieces.map((piece) =>
      typeof piece === 'string' ? piece : bound(piece, given, values),
    );
    return { text: text.join(''), values };
  }

  #addParameter(found: RegExpExecArray, sql: string, at: number, where: string): number {
    const [whole] = found;
    const { name, column } = found.groups as { name: string; column?: string };
    const kind = Object.hasOwn(this.#parameters, name) ? this.#parameters[name] : undefined;
    if (kind === undefined || (column !== undefined && kind !== 'rows'))
      throw wrongParameter(whole, this.#parameters, where);
    const after = sql.slice(at + whole.length);
    const isNull = column === undefined && kind !== 'value' ? match(patterns.isNull, after, 0) : undefined;
    const isListed = /\bin\s*\(\s*$/i.test(sql.slice(0, at)) && /^\s*\)/.test(after);
    if (column !== undefined && !isListed)
      throw wrongParameter(`${whole} outside of "in (${whole})"`, this.#parameters, where);
    const as = isNull ? (isNull.groups?.not ? 'is not null' : 'is null') : isListed ? 'list' : 'value';
    this.#pieces.push({ name, as, ...(column !== undefined && { column: column.replaceAll('`', '') }) });
    return whole.length + (isNull?.[0].length ?? 0);
  }
}

function bound(piece: Exclude<Piece, string>, given: ListValues, values: (string | null)[]): string {
  const value = given[piece.name] ?? null;
  if (piece.as === 'is null') return String(value === null);
  if (piece.as === 'is not null') return String(value !== null);
  if (piece.as === 'value') {
    values.push(value === null || typeof value === 'string' ? value : JSON.stringify(value));
    return '?';
  }
  const items = itemsOf(value, piece.column);
  values.push(...items.flat());
  // Nothing is in a list of null.
  if (items.length === 0) return 'null';
  return items.map((item) => (item.length === 1 ? '?' : `(${item.map(() => '?').join(', ')})`)).join(', ');
}

/** Of rows the values of one column, each once, without nulls; of keys all of theirs. */
function itemsOf(value: unknown, column: string | undefined): string[][] {
  const list = (value ?? []) as readonly unknown[];
  if (column === undefined)
    return list.map((item) => (Array.isArray(item) ? (item as string[]) : [String(item)]));
  const found = list.map((row) => (row as Record<string, string | null>)[column] ?? null);
  return [...new Set(found.filter((one) => one !== null))].map((one) => [one]);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function wrongParameter(found: string, parameters: ListParameters, where: string): Rejected {
  const offered = Object.entries(parameters).map(([name, kind]) =>
    kind === 'rows' ? `$${name}.COLUMN` : `$${name}`,
  );
  return new Rejected({
    code: 'config.sql_parameter',
    what: `${where} uses ${found}`,
    why: `here are ${offered.join(', ')}; lists stand behind in: p.id in ($keys)`,
    fix: 'Correct the SQL in the configuration; parameters have names, and no value stands in the text',
  });
}
