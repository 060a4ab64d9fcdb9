import type { Config } from '../platform/config/schema.ts';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { fail } from '../platform/finding.ts';
import type { Finding } from '../platform/finding.ts';
import { checkRead } from './check/read.ts';
import { tryStatement } from './check/statements.ts';
import { checkStream } from './check/stream.ts';
import type { StreamReport } from './check/stream.ts';
import { connectionOf } from './connection.ts';
import { isMysqlAddress } from './mysql/address.ts';
import { openPool } from './pool.ts';
import { unavailable } from './sqlstate.ts';
import { compileStreams } from './streams.ts';
import type { CompiledStream } from './streams.ts';

type Client = Parameters<typeof tryStatement>[0];

/**
 * `cartage streams check`: each stream of the configuration, tried against the ERP. Writes nothing.
 * @param only the name of one stream; null: all.
 * @throws Unavailable, Rejected
 */
export async function checkStreams(
  { erp, fulfilments }: Pick<Config, 'erp' | 'fulfilments'>,
  only: string | null,
): Promise<Map<string, StreamReport>> {
  // What is not in PostgreSQL is tried by its own questions.
  if (erp.source.kind === 'http' || isMysqlAddress(erp.connection.url))
    return new Map([['all streams', { findings: await checkRead(erp), samples: [], plans: null }]]);
  const since = new Date(fulfilments.since).toISOString();
  const streams = compileStreams(erp.streams, since).filter(({ name }) => only === null || name === only);
  if (only !== null && streams.length === 0)
    return new Map([[only, unknownStream(only, Object.keys(erp.streams))]]);
  const pool = openPool({ ...connectionOf(erp.connection), max: 1 });
  try {
    const client = await pool.connect();
    try {
      await client.query('set default_transaction_read_only = on');
      const reports = new Map<string, StreamReport>();
      for (const stream of streams) reports.set(stream.name, await reportOf(client, stream, erp, since));
      return reports;
    } finally {
      client.release(true);
    }
  } catch (error) {
    if (error instanceof Rejected || error instanceof Unavailable) throw error;
    throw unavailable('The ERP database cannot be asked', error);
  } finally {
    await pool.end();
  }
}

async function reportOf(
  client: Client,
  stream: CompiledStream,
  erp: Config['erp'],
  since: string,
): Promise<StreamReport> {
  const refused = await refusedStatements(client, stream);
  if (refused.length > 0) return { findings: refused, samples: [], plans: null };
  const declared = erp.streams[stream.name]!.key;
  return checkStream(client, { stream, declared, since, timezone: erp.connection.timezone ?? null });
}

async function refusedStatements(client: Client, { name, query, find, watches }: CompiledStream) {
  const statements = [
    { where: `erp.streams.${name}.query`, template: query },
    { where: `erp.streams.${name}.find`, template: find },
    ...watches.flatMap(({ table, via }) =>
      via === null ? [] : [{ where: `erp.streams.${name} via ${table}`, template: via }],
    ),
  ];
  const findings: Finding[] = [];
  for (const statement of statements) findings.push(await tryStatement(client, statement));
  return findings.filter(({ level }) => level === 'fail');
}

function unknownStream(name: string, known: string[]): StreamReport {
  const finding = fail(
    'streams.unknown',
    `There is no stream "${name}"`,
    '',
    `Use one of ${known.join(', ')}`,
  );
  return { findings: [finding], samples: [], plans: null };
}
