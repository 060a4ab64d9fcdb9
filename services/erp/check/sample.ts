/**
 * Tries a stream by what its own questions give: ten rows of all, then one key of them alone, then the way back from a
 * record to its key. What is wrong with every row is wrong before the first record is published.
 */
import { suggestionFor } from '../../platform/config/suggest.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { columnsOf, keyPartsOf } from '../columns.ts';
import type { SourceStream } from '../sources/stream.ts';

type Row = Record<string, unknown>;

const rowsMax = 10;

/** Never throws for what it finds. */
export async function checkSample(stream: SourceStream): Promise<Finding[]> {
  const place = `erp.streams.${stream.name}`;
  try {
    const rows = await someRows(stream);
    const [row] = rows;
    if (row === undefined)
      return [
        warn(
          'erp.sample',
          `${place} gives no row when all keys are asked`,
          'so nothing of it can be tried',
          'Look whether the ERP has anything of it; over HTTP at `all` and its `take`',
        ),
      ];
    const faults = rowFaults(stream, rows, place);
    if (faults.some(({ level }) => level === 'fail')) return faults;
    return [...faults, await oneKey(stream, row, place), await wayBack(stream, row, place)];
  } catch (error) {
    if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
    const { code, what, why, fix } = error.fault;
    return [fail(code, what, why ?? '', fix)];
  }
}

async function someRows({ questions }: SourceStream): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const answer of questions.askAll([], null)) {
    rows.push(...answer.rows);
    if (rows.length >= rowsMax) break;
  }
  return rows.slice(0, rowsMax);
}

/** Of the columns, by name; then of what stands in them. No value is shown. */
function rowFaults({ topic, keyColumns }: SourceStream, rows: readonly Row[], place: string): Finding[] {
  const shape = columnsOf[topic]!;
  const read = [...keyColumns, ...Object.keys(shape.shape)];
  const given = Object.keys(rows[0]!);
  const missing = keyColumns.filter((name) => rows.some((row) => row[name] == null));
  if (missing.length > 0)
    return [
      fail(
        'erp.query_columns',
        `${place} gives rows without ${missing.join(', ')}`,
        'a row without its key cannot be asked for again',
        'Let each row carry the key of the stream',
      ),
    ];
  const unknown = given.filter((name) => !read.includes(name));
  const findings = unknown.map((name) => {
    const meant = suggestionFor(name, read);
    return warn(
      'erp.query_columns',
      `${place} gives ${name}, which nobody reads`,
      'a column under another name counts as left out',
      meant === null ? `Read are ${read.join(', ')}` : `Did you mean ${meant}?`,
    );
  });
  const faults = new Set(
    rows.flatMap((row) => {
      const { error } = shape.safeParse(row);
      return error === undefined
        ? []
        : error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    }),
  );
  if (faults.size > 0)
    return [
      ...findings,
      fail(
        'erp.sample',
        `${place} gives rows that cannot be records of ${topic}`,
        [...faults].join('; '),
        'Correct what the rows are made of; the columns of each topic stand in deploy/SOURCES.md',
      ),
    ];
  return [...findings, ok('erp.sample', `${place}: ${rows.length} rows of all can be records of ${topic}`)];
}

async function oneKey({ questions, keyColumns }: SourceStream, row: Row, place: string): Promise<Finding> {
  const key = keyOf(row, keyColumns);
  const { rows } = await questions.ask(new Map([[key, []]]));
  if (rows.some((one) => keyOf(one, keyColumns) === key))
    return ok('erp.sample_key', `${place} gives a key that is asked for alone`);
  return fail(
    'erp.sample_key',
    `${place} gives nothing for a key that it gives when all are asked`,
    'each change would take the record away',
    'Let the question for some keys give the same rows as that for all, the key spelled alike',
  );
}

async function wayBack(
  { questions, topic, keyColumns }: SourceStream,
  row: Row,
  place: string,
): Promise<Finding> {
  const parts = keyPartsOf[topic]!.map((name) => [name, String(row[name])]);
  const found = await questions.find([Object.fromEntries(parts) as Record<string, string>]);
  if (found.includes(keyOf(row, keyColumns)))
    return ok('erp.sample_find', `${place}.find leads back to the key`);
  return fail(
    'erp.sample_find',
    `${place}.find does not lead from a record to the key that it came from`,
    'a refresh of the record would find nothing to ask',
    `Let it give ${keyColumns.join(', ')} for the record's ${keyPartsOf[topic]!.join(', ')}`,
  );
}

function keyOf(row: Row, keyColumns: readonly string[]): string {
  const value = row[keyColumns[0]!];
  return typeof value === 'string' ? value : JSON.stringify(value);
}
