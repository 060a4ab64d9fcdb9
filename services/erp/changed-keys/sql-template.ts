/**
 * SQL of the configuration, with parameters by name: `$keys`, `$rows`, `$order`.
 * They become positional parameters of the server; values never enter the text. What stands in quotes, dollar quotes
 * and comments is not touched.
 */
import { Rejected } from '../../platform/errors.ts';

export interface SqlTemplate {
  /** With `$1`, `$2`, … in the order of `parameters`. */
  text: string;
  parameters: readonly string[];
}

/** Names a template may use, and the type that the server is told; null leaves it to a cast in the text. */
export type ParameterTypes = Readonly<Record<string, string | null>>;

const parameterPattern = /\$(?<name>[A-Za-z_]\w*|\d+)/y;
/** A dollar inside an identifier is part of it; positional `$1` is caught by PARAMETER first. */
const plainPattern = /[\w\u0080-\uffff][\w$\u0080-\uffff]*|[\s\S]/y;
const untouchedPatterns = [
  /--[^\n]*/y,
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y,
  /'(?:[^']|'')*'/y,
  /"(?:[^"]|"")*"/y,
  /\$(?<tag>(?:[A-Za-z_]\w*)?)\$[\s\S]*?\$\k<tag>\$/y,
];

/**
 * @param where names the template in errors: `streams.stock.query`.
 * @throws {Rejected} `config.sql_parameter` on a name that is not offered here.
 */
export function compileSql(sql: string, types: ParameterTypes, where: string): SqlTemplate {
  const parameters: string[] = [];
  let text = '';
  for (let at = 0; at < sql.length;) {
    const token = untouched(sql, at) ?? parameter(sql, at) ?? match(plainPattern, sql, at)!;
    at += token[0].length;
    const name = token.groups?.name;
    text += name === undefined ? token[0] : position(name, types, parameters, where);
  }
  return { text, parameters };
}

/** The values in the order of the template; one that was not given is null. */
export function bindSql(template: SqlTemplate, values: Readonly<Record<string, unknown>>): unknown[] {
  return template.parameters.map((name) => values[name] ?? null);
}

/** As a table of a query around it; it may end in a semicolon, and in a comment. */
export function asSubquery({ text }: SqlTemplate): string {
  return `select * from (\n${text.replace(/[\s;]+$/, '')}\n) all_rows`;
}

function position(name: string, types: ParameterTypes, parameters: string[], where: string): string {
  if (!Object.hasOwn(types, name)) throw unknownParameter(name, Object.keys(types), where);
  if (!parameters.includes(name)) parameters.push(name);
  const number = `$${parameters.indexOf(name) + 1}`;
  const type = types[name];
  return type ? `(${number}::${type})` : number;
}

type Token = { 0: string; groups?: Record<string, string> | undefined };

function untouched(sql: string, at: number): Token | undefined {
  if (sql.startsWith('/*', at)) return { 0: sql.slice(at, blockCommentEnd(sql, at)) };
  for (const pattern of untouchedPatterns) {
    const token = match(pattern, sql, at);
    if (token) return { 0: token[0] };
  }
  return undefined;
}

function parameter(sql: string, at: number): Token | undefined {
  return match(parameterPattern, sql, at);
}

/** Block comments nest in PostgreSQL. One that never ends takes the rest; the server will say so. */
function blockCommentEnd(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length;) {
    const two = sql.slice(at, at + 2);
    if (two === '/*') depth += 1;
    if (two === '*/') depth -= 1;
    at += two === '/*' || two === '*/' ? 2 : 1;
    if (depth === 0) return at;
  }
  return sql.length;
}

function match(pattern: RegExp, sql: string, at: number): Token | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql) ?? undefined;
}

function unknownParameter(name: string, known: readonly string[], where: string): Rejected {
  return new Rejected({
    code: 'config.sql_parameter',
    what: `${where} uses $${name}, which does not exist there`,
    fix:
      known.length > 0
        ? `Use ${known.map((parameter) => `$${parameter}`).join(', ')}, or put the text into quotes`
        : 'This SQL takes no parameters',
  });
}
