/**
 * Values of query results without loss: `pg`'s defaults cut microseconds off times, put dates into the
 * local zone and round the numbers of arrays.
 */
import { types } from 'pg';
import type pg from 'pg';
import type { CustomTypesConfig } from 'pg';

export type SqlRow = Record<string, unknown>;

/**
 * Fixes the text form of values, whatever the settings of role, database and address are; `losslessTypes` relies on it.
 * `local` is until the end of the transaction.
 * @param timezone in which the day turns; null: that of role or database.
 */
export function textForms(scope: 'local' | 'session', timezone: string | null): string {
  const forms = [
    `datestyle = 'ISO'`,
    ...(timezone === null ? [] : [`timezone = '${timezone.replaceAll("'", "''")}'`]),
    `intervalstyle = 'iso_8601'`,
    'extra_float_digits = 1',
    `bytea_output = 'hex'`,
  ];
  return forms.map((form) => `set ${scope} ${form}`).join('; ');
}

const asText = (text: string) => text;
const oids = { bool: 16, int2: 21, int4: 23, oid: 26, float4: 700, float8: 701, json: 114, jsonb: 3802 };
const textArrayOid = 1009;
/** char(n) */
export const paddedOid = 1042;

/** The server fills char(n) with spaces, and forgets them wherever it is compared with text: they would find no row. */
export const unpadded = (text: string) => text.replace(/ +$/, '');

const parsers = new Map<number, (text: string) => unknown>([
  [oids.bool, (text) => text === 't'],
  [oids.int2, Number],
  [oids.int4, Number],
  [oids.oid, Number],
  [oids.float4, Number],
  [oids.float8, Number],
  [oids.json, parseJson],
  [oids.jsonb, parseJson],
  [1114, isoTime], // timestamp
  [1184, isoTime], // timestamptz
  [1005, (text) => parseArray(text, Number)], // int2[]
  [1007, (text) => parseArray(text, Number)], // int4[]
  [1000, (text) => parseArray(text, (item) => item === 't')], // bool[]
  [1185, (text) => parseArray(text, isoTime)], // timestamptz[]
  [1115, (text) => parseArray(text, isoTime)], // timestamp[]
  [paddedOid, unpadded],
  [1014, (text) => parseArray(text, unpadded)], // char(n)[]
  ...[textArrayOid, 1015, 1016, 1231, 1182, 2951].map(
    (oid) => [oid, (text: string) => parseArray(text, asText)] as const, // text, varchar, int8, numeric, date, uuid
  ),
]);

// The library's own list of type ids has no arrays.
const parseTextArray = types.getTypeParser(textArrayOid as never) as (text: string) => unknown[];

/**
 * smallint, integer and floats are numbers, bigint and numeric strings, times ISO 8601 to the microsecond
 * (`2026-01-02T03:04:05.123456Z`; without a zone when the column has none), json parsed, all else text.
 */
export const losslessTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) => parsers.get(oid) ?? asText) as CustomTypesConfig['getTypeParser'],
};

function parseArray(text: string, item: (text: string) => unknown): unknown[] {
  return nested(parseTextArray(text), item);
}

function nested(values: unknown[], item: (text: string) => unknown): unknown[] {
  return values.map((value) => {
    if (Array.isArray(value)) return nested(value, item);
    return value === null ? null : item(value as string);
  });
}

const timePattern =
  /^(?<day>\d{4,}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d+)?(?:(?<sign>[+-])(?<hours>\d\d)(?::(?<minutes>\d\d))?(?::(?<seconds>\d\d))?)?$/;

export function isoTime(text: string): string {
  const parts = timePattern.exec(text)?.groups;
  if (parts === undefined) return text; // infinity, or before Christ
  const { day, time, fraction = '', sign, hours, minutes = 0, seconds = 0 } = parts;
  if (sign === undefined) return `${day}T${time}${fraction}`;
  const aheadMs = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  const local = Date.parse(`${day!.length > 10 ? '+0' : ''}${day}T${time}Z`);
  // Beyond what a date holds it stays as the server says it.
  if (Number.isNaN(local)) return text;
  const utc = new Date(sign === '+' ? local - aheadMs : local + aheadMs).toISOString();
  return `${utc.replace(/^\+0/, '').slice(0, -5)}${fraction}Z`;
}

/** More digits than a double keeps for certain. */
const longNumber = /\d[\d.]{15,}/;

/** JSON in which a number that a double cannot hold stays text instead of being rounded. */
export function parseJson(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  return JSON.parse(text, ((_name: string, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    return typeof value === 'number' && source !== undefined && !isExact(value, source) ? source : value;
  }) as (this: unknown, name: string, value: unknown) => unknown);
}

function isExact(value: number, source: string): boolean {
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return digits.length <= 15 || String(value) === source;
}

export interface TimedQuery {
  text: string;
  values: readonly unknown[];
  /** Our own deadline, for a server that no longer answers at all; the connection must not be used after it. */
  timeoutMs: number;
}

type Queryable = Pick<pg.Pool | pg.ClientBase, 'query'>;

/** Rows of one statement (of the last one, where a text without parameters holds several), values as `losslessTypes` says. */
export async function queryRows(client: Queryable, query: TimedQuery): Promise<SqlRow[]> {
  return (await queryResult(client, query)).rows;
}

/** The same, with what the server says was done. */
export async function queryResult(client: Queryable, query: TimedQuery): Promise<pg.QueryResult<SqlRow>> {
  // `pg` takes the deadline per query; its type does not list it.
  const settings = {
    text: query.text,
    values: [...query.values],
    types: losslessTypes,
    query_timeout: query.timeoutMs,
  };
  const result: pg.QueryResult<SqlRow> | pg.QueryResult<SqlRow>[] = await client.query<SqlRow>(settings);
  return Array.isArray(result) ? result.at(-1)! : result;
}
