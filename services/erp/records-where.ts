/** Keys of the records that a stream gives now for which a condition holds: `cartage refresh TOPIC --where`. */
import type { Config } from '../platform/config/schema.ts';
import { Rejected } from '../platform/errors.ts';
import { asSubquery, bindSql } from './changed-keys/sql-template.ts';
import { queryFault } from './changed-keys/query-fault.ts';
import { connectionOf } from './connection.ts';
import { isMysqlAddress } from './mysql/address.ts';
import { openPool } from './pool.ts';
import { rowShapes } from './rows/index.ts';
import { compileStreams } from './streams.ts';
import { queryRows, textForms } from './values.ts';

const timeoutMs = 60_000;
/** More are asked for by `--all`. */
const recordsMax = 10_000;

/**
 * @param condition in SQL, over the columns of the stream's query.
 * @throws {Rejected} the condition is wrong, or too many records meet it; Unavailable
 */
export async function recordsWhere(
  { erp, fulfilments }: Pick<Config, 'erp' | 'fulfilments'>,
  topic: string,
  condition: string,
): Promise<string[]> {
  if (erp.source.kind === 'http' || isMysqlAddress(erp.connection.url)) throw notHere();
  const since = new Date(fulfilments.since).toISOString();
  const stream = compileStreams(erp.streams, since).find((one) => one.topic === topic);
  if (stream === undefined) throw noStream(topic);
  const shape = rowShapes[topic]!;
  const pool = openPool({ ...connectionOf(erp.connection), max: 1 });
  try {
    const client = await pool.connect();
    try {
      const zone = textForms('local', erp.connection.timezone ?? null);
      await client.query(`begin read only; set local statement_timeout = ${timeoutMs}; ${zone}`);
      const text = `${asSubquery(stream.query)} where (\n${condition}\n) limit ${recordsMax + 1}`;
      const rows = await queryRows(client, { text, values: bindSql(stream.query, { since }), timeoutMs });
      if (rows.length > recordsMax) throw tooMany(topic);
      const origin = { occurredAt: null, version: { epoch: 0, number: 0 }, sourceKey: '{}' };
      return [...new Set(rows.map((row) => shape.contract.key(shape.read(row, origin))))];
    } finally {
      client.release(true);
    }
  } catch (error) {
    throw queryFault(`The stream ${stream.name} with that condition`, error);
  } finally {
    await pool.end();
  }
}

function notHere(): Rejected {
  return new Rejected({
    code: 'refresh.where',
    what: '--where is a condition in SQL, and this ERP is not asked so',
    fix: 'Name the keys, or say --all',
  });
}

function noStream(topic: string): Rejected {
  return new Rejected({
    code: 'refresh.stream',
    what: `No stream of erp.streams feeds ${topic}`,
    fix: '--where is for topics of the ERP that a stream feeds',
  });
}

function tooMany(topic: string): Rejected {
  return new Rejected({
    code: 'refresh.many',
    what: `More than ${recordsMax} records of ${topic} meet the condition`,
    fix: 'Narrow it, or say --all',
  });
}
