/** `cartage check` of a source that is polled: what is polled, and what is asked. Writes nothing. */
import { systemClock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { openLog } from '../../platform/telemetry/log.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { settlesWithin } from '../../platform/waiting.ts';
import { openErp } from '../sources/open-erp.ts';
import type { WatchedDatabase } from '../sources/debezium/watched-database.ts';
import type { PollReader } from '../sources/polling/poll-reader.ts';
import type { ErpConfiguration } from '../sources/read-erp.ts';
import { checkSample } from './sample.ts';

/** A question for all keys may take an ERP long. */
const withinMs = 60_000;

/** Never throws for what it finds. */
export async function checkRead(erp: Config['erp']): Promise<Finding[]> {
  const config = { erp, fulfilments: { since: 0 } } as unknown as ErpConfiguration['config'];
  const nothing = () => Promise.reject(new Error('nothing is taken here'));
  const tools = {
    log: openLog('cli', 'check', 'silent'),
    metrics: openMetrics('cli', 'check'),
    clock: systemClock,
    lease: { take: nothing },
    bus: { follow: nothing },
  };
  const { source, streams, polls, watched } = openErp({ config, current: () => config }, tools);
  const findings: Finding[] = [];
  const checking = (async () => {
    for (const table of polls?.tables ?? []) findings.push(await checkPoll(polls!.reader, table));
    if (watched !== undefined) findings.push(...(await checkWatched(watched)));
    for (const stream of streams) findings.push(...(await checkSample(stream)));
  })();
  const hasEnded = await settlesWithin(checking, withinMs);
  if (!hasEnded)
    findings.push(
      warn(
        'erp.sample',
        `The ERP has not answered within ${withinMs / 1000} s`,
        '',
        'Try its queries by hand',
      ),
    );
  await source.close();
  // What it did not expect is not all well.
  if (hasEnded) await checking;
  return findings;
}

/** What others tell the changes of. */
async function checkWatched(watched: WatchedDatabase): Promise<Finding[]> {
  try {
    const { states, deaf } = await watched.look();
    return [...new Set([...states.keys(), ...deaf.keys()])].map((table) => {
      const fault = deaf.get(table);
      return fault === undefined
        ? ok('erp.identity', `Updates and deletes of ${table} carry the keys that rows leave`)
        : fail(fault.code, fault.what, fault.why ?? '', fault.fix);
    });
  } catch (error) {
    return [refused(error)];
  }
}

async function checkPoll(reader: PollReader, table: string): Promise<Finding> {
  try {
    await reader.shape(table);
    const newest = await reader.newest(table);
    const since = newest ?? null;
    let rows = 0;
    for await (const page of reader.pages(table, since)) {
      rows += page.length;
      break;
    }
    if (rows === 0 && newest === null)
      return warn(
        'erp.poll',
        `No row of ${table} has a version`,
        'a change of one would be seen only when all is compared',
        'Look whether the ERP fills that column',
      );
    return ok(
      'erp.poll',
      `${table} can be asked for what is new${newest ? `, the newest being of ${newest}` : ''}`,
    );
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Finding {
  if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
  const { code, what, why, fix } = error.fault;
  return fail(code, what, why ?? '', fix);
}
