/** Tries one stream against the ERP as it is: types, plans, and ten rows through all that would become of them. */
import type pg from 'pg';
import { z } from 'zod';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { joinKey, splitKey } from '../../../schemas/keys.ts';
import { asSubquery, bindSql } from '../changed-keys/sql-template.ts';
import { keysOfRows } from '../changed-keys/via.ts';
import { rowShapes } from '../rows/index.ts';
import type { StreamRecord } from '../rows/row.ts';
import { quoteTable } from '../pool.ts';
import { databaseFault } from '../sqlstate.ts';
import { keyObject, keyOfRow, keyText, sourceKeyOf } from '../sources/keys.ts';
import type { CompiledStream } from '../streams.ts';
import { queryRows, textForms } from '../values.ts';
import type { SqlRow } from '../values.ts';
import { checkColumnTypes, checkKeyTypes } from './column-types.ts';
import type { ColumnTypes } from './column-types.ts';
import { judgePlans, planOf, unwatchedOf } from './plans.ts';
import type { Plan } from './plans.ts';
import { columnTypesOf, sampleRows } from './samples.ts';

export interface StreamCheck {
  stream: CompiledStream;
  /** Types of the key's columns, as the configuration declares them. */
  declared: Readonly<Record<string, string>>;
  since: string;
  timezone: string | null;
}

export interface StreamReport {
  findings: Finding[];
  /** Records as they would be published. */
  samples: StreamRecord[];
  /** And the tables that the query reads and the stream does not watch. */
  plans: { all: Plan; one: Plan | null; unwatched: string[] } | null;
}

const sampleCount = 10;
const timeoutMs = 60_000;

/** In a read-only transaction that is rolled back. Its statements were accepted by the database. */
export async function checkStream(client: pg.ClientBase, check: StreamCheck): Promise<StreamReport> {
  const { stream, timezone } = check;
  await client.query(
    `begin read only; set local statement_timeout = ${timeoutMs}; ${textForms('local', timezone)}`,
  );
  try {
    return await tryStream(client, check);
  } catch (error) {
    const { message, sqlState } = databaseFault(error);
    const why = sqlState === null ? message : `${message}, SQLSTATE ${sqlState}`;
    const finding = fail('erp.query', `The stream ${stream.name} cannot be asked`, why, 'Correct its SQL');
    return { findings: [finding], samples: [], plans: null };
  } finally {
    await client.query('rollback');
  }
}

async function tryStream(client: pg.ClientBase, check: StreamCheck): Promise<StreamReport> {
  const { stream, declared, since } = check;
  const where = `erp.streams.${stream.name}.query`;
  const ask = (text: string, values: unknown[]) => queryRows(client, { text, values, timeoutMs });
  const all = bindSql(stream.query, { since });
  const types = await columnTypesOf(client, `${asSubquery(stream.query)} limit 0`, all);
  const findings = [
    ...checkColumnTypes(where, stream.topic, types),
    ...(await checkKeys(client, stream, declared, types)),
  ];
  const rows = await ask(`${asSubquery(stream.query)} limit ${sampleCount}`, all);
  const planAll = await planOf(client, stream.query.text, all);
  const watched = stream.watches.map(({ table }) => quoteTable(table));
  const unwatched = await unwatchedOf(client, planAll, watched);
  const { samples, faults } = recordsOf(stream, rows);
  findings.push(...(rows.length === 0 ? [noRow(where)] : faults));
  const key = rows.map((row) => keyOfRow(stream, row)).find((found) => found !== null);
  if (key === undefined) return { findings, samples, plans: { all: planAll, one: null, unwatched } };
  const asked = stream.keyColumns.length === 1 ? [key] : JSON.stringify([keyObject(stream, key)]);
  const one = bindSql(stream.query, { since, keys: asked });
  const planOne = await planOf(client, stream.query.text, one);
  findings.push(judgePlans(where, planAll, planOne));
  findings.push(judgeKeyed(stream, where, key, await ask(`${asSubquery(stream.query)} limit 1000`, one)));
  findings.push(...(await tryFind(ask, stream, samples)));
  findings.push(...(await tryWays(client, ask, check)));
  return { findings, samples, plans: { all: planAll, one: planOne, unwatched } };
}

type Ask = (text: string, values: unknown[]) => Promise<SqlRow[]>;

async function checkKeys(
  client: pg.ClientBase,
  stream: CompiledStream,
  declared: Readonly<Record<string, string>>,
  types: ColumnTypes,
): Promise<Finding[]> {
  const places = [{ place: 'the query', types: stream.keyColumns.map((column) => types.get(column)) }];
  for (const { table, columns } of stream.watches)
    if (columns !== null) {
      const own = await columnTypesOf(client, `select * from ${quoteTable(table)} limit 0`, []);
      places.push({ place: table, types: columns.map((column) => own.get(column)) });
    }
  return checkKeyTypes(stream.name, declared, places);
}

function recordsOf(stream: CompiledStream, rows: SqlRow[]): { samples: StreamRecord[]; faults: Finding[] } {
  const where = `erp.streams.${stream.name}.query`;
  const shape = rowShapes[stream.topic]!;
  const samples: StreamRecord[] = [];
  const faults = new Map<string, Finding>();
  for (const row of rows) {
    const key = keyOfRow(stream, row);
    if (key === null)
      faults.set(
        'key',
        fail(
          'erp.row',
          `${where} gives a row without its key (${stream.keyColumns.join(', ')})`,
          'nobody could ask for it again',
          'Give the key in every row',
        ),
      );
    else
      try {
        const version = { epoch: 0, number: 0 };
        samples.push(shape.read(row, { occurredAt: null, version, sourceKey: sourceKeyOf(stream, key) }));
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        for (const { path, message } of error.issues) {
          const column = path.join('.');
          faults.set(
            column,
            fail(
              'erp.row',
              `${where} gives a row with the key ${key} whose ${column} cannot be read`,
              message,
              `Correct the row, or ${path[0] === undefined ? 'the query' : `how the query makes ${String(path[0])}`}`,
            ),
          );
        }
      }
  }
  if (faults.size > 0) return { samples, faults: [...faults.values()] };
  return { samples, faults: [ok('erp.row', `${where}: ${samples.length} rows tried, each is a record`)] };
}

function noRow(where: string): Finding {
  return warn(
    'erp.row',
    `${where} gives no row`,
    'nothing of it could be tried',
    'Look whether the ERP shows its rows to this role',
  );
}

function judgeKeyed(stream: CompiledStream, where: string, key: string, rows: SqlRow[]): Finding {
  const keys = new Set(rows.map((row) => keyOfRow(stream, row)));
  if (keys.size === 1 && keys.has(key))
    return ok('erp.keys', `${where} gives the rows of the keys it is asked for`);
  return fail(
    'erp.keys',
    keys.size === 0
      ? `${where} gives no row for the key ${key}, which it gives among all`
      : `${where} gives other keys than it is asked for`,
    'changes would be asked for in vain, or stand under another key',
    'Let it give all where $keys is null, else the rows of the keys in it: ($keys::int[] is null or id = any($keys))',
  );
}

async function tryFind(ask: Ask, stream: CompiledStream, samples: StreamRecord[]): Promise<Finding[]> {
  const where = `erp.streams.${stream.name}.find`;
  const shape = rowShapes[stream.topic]!;
  for (const sample of samples) {
    const parts = splitKey(shape.contract.key(sample), shape.keyParts.length) ?? [];
    const record = Object.fromEntries(shape.keyParts.map((name, index) => [name, parts[index]]));
    const found = keysOfRows(
      await ask(stream.find.text, bindSql(stream.find, { records: JSON.stringify([record]) })),
    );
    const keys = found.map((key) =>
      keyText(stream, typeof key === 'string' ? [key] : Object.values(key).map(String)),
    );
    if (keys.map((key) => sourceKeyOf(stream, key)).includes(sample.sourceKey)) continue;
    return [
      fail(
        'erp.find',
        `${where} does not lead from the record ${joinKey(parts)} back to its key ${sample.sourceKey}`,
        'a refresh of it would ask for nothing',
        'Let it give the key that the query gives for that record',
      ),
    ];
  }
  return samples.length === 0 ? [] : [ok('erp.find', `${where} leads from records to their keys`)];
}

/** A way round that gives other keys than those of the stream would ask for nothing, without a word. */
async function tryWays(client: pg.ClientBase, ask: Ask, { stream, since }: StreamCheck): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { table, via } of stream.watches) {
    if (via === null) continue;
    const where = `erp.streams.${stream.name} via ${table}`;
    const rows = await sampleRows(client, quoteTable(table), sampleCount);
    const keys = keysOfRows(await ask(via.text, bindSql(via, { rows: JSON.stringify(rows) })));
    if (keys.length === 0) continue;
    const texts = keys.map((key) => (typeof key === 'string' ? key : null));
    const asked = texts.includes(null) ? JSON.stringify(keys) : texts;
    const answer = await ask(
      `${asSubquery(stream.query)} limit 1`,
      bindSql(stream.query, { since, keys: asked }),
    );
    findings.push(
      answer.length > 0
        ? ok('erp.via', `${where} leads to keys of the stream`)
        : warn(
            'erp.via',
            `${where} leads to keys for which the query gives no row`,
            `of ${rows.length} rows of the table, perhaps all without effect, perhaps other keys`,
            `Let it give ${stream.keyColumns.join(', ')}`,
          ),
    );
  }
  return findings;
}
