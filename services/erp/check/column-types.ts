/** Whether the columns of a stream's query come as what is read of them, judged by their types before any row is seen. */
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { columnKind, columnsOf } from '../columns.ts';
import type { ColumnKind } from '../columns.ts';
import { keyForm } from '../sources/key-forms.ts';

/** Name of a column and of its type, as PostgreSQL calls it. */
export type ColumnTypes = ReadonlyMap<string, string>;

interface Rule {
  /** Types that are right, and those that do where their values do. */
  right: RegExp;
  doubtful?: { types: RegExp; why: string };
  why: string;
  cast: string;
}

const rules: Readonly<Record<ColumnKind, Rule>> = {
  text: {
    right: /^(?!smallint|integer|real|double|boolean|json|.*\[\]$)/,
    why: 'a text is read',
    cast: '::text',
  },
  decimal: {
    right: /^(numeric|smallint|integer|bigint|real|double precision)/,
    doubtful: { types: /^(text|character|citext)/, why: 'a row whose text is no number is parked' },
    why: 'a number is read',
    cast: '::numeric',
  },
  flag: {
    right: /^boolean/,
    doubtful: { types: /^(smallint|integer)/, why: 'a row with anything but 0 and 1 is parked' },
    why: 'true or false is read',
    cast: '::boolean',
  },
  time: {
    right: /^timestamp.* with time zone/,
    doubtful: { types: /^timestamp/, why: 'a time without a zone is taken for UTC' },
    why: 'a point in time is read',
    cast: ', as a timestamptz (a date at time zone …)',
  },
  json: {
    right: /^jsonb?$/,
    doubtful: { types: /^(text|character)/, why: 'a row whose text is no JSON is parked' },
    why: 'JSON is read',
    cast: '::jsonb',
  },
};

/** @param where names the query: `erp.streams.stock.query`. */
export function checkColumnTypes(where: string, topic: string, types: ColumnTypes): Finding[] {
  const read = Object.keys(columnsOf[topic]!.shape).filter((name) => types.has(name));
  const wrong = read.flatMap((name) => judge(where, name, types.get(name)!) ?? []);
  return wrong.length > 0
    ? wrong
    : [ok('erp.column_type', `${where} gives columns of the types that are read`)];
}

function judge(where: string, name: string, type: string): Finding | null {
  const { right, doubtful, why, cast } = rules[columnKind(name)];
  if (right.test(type)) return null;
  const what = `${where} gives ${name} as ${type}`;
  if (doubtful?.types.test(type)) return warn('erp.column_type', what, doubtful.why, `Give ${name}${cast}`);
  return fail('erp.column_type', what, `${why}; no row of it could become a record`, `Give ${name}${cast}`);
}

/** The key's declared types against those of the columns that carry it. @param places what has them, in words. */
export function checkKeyTypes(
  name: string,
  declared: Readonly<Record<string, string>>,
  places: readonly { place: string; types: readonly (string | undefined)[] }[],
): Finding[] {
  const wrong = places.flatMap(({ place, types }) =>
    Object.entries(declared).flatMap(([column, type], index) => {
      const real = types[index];
      if (real === undefined || keyForm(real) === keyForm(type)) return [];
      return fail(
        'erp.key_type',
        `The key ${column} of the stream ${name} is declared ${type}, and is ${real} in ${place}`,
        'one key may come in two spellings then, and its changes be asked for in vain',
        `Declare it as the ERP has it (erp.streams.${name}.key), or cast it alike everywhere`,
      );
    }),
  );
  return wrong.length > 0
    ? wrong
    : [ok('erp.key_type', `The key of the stream ${name} is of the declared type everywhere`)];
}
