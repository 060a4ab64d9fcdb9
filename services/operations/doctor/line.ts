/** What only a running line shows: how far each flow is behind, and whether its records outlast that. */
import { contracts } from '../../../schemas/topics.ts';
import type { Config } from '../../platform/config/schema.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { groupIn, groupOf } from '../../platform/groups.ts';
import { waitingOf } from '../../platform/kafka/group-lag.ts';
import type { TopicAdmin } from '../../platform/kafka/topic-admin.ts';
import { processes, readerOf } from '../../platform/processes.ts';
import type { Evidence } from './evidence.ts';

/** A flow that has records to handle says at least so often what became of one. */
const quietMs = 15 * 60_000;

export async function lineFindings(
  admin: Pick<TopicAdmin, 'lag' | 'begins'>,
  { instance, flows }: Pick<Config, 'instance' | 'flows'>,
  evidence: Evidence,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, flows: rows } of processes)
    for (const row of rows) {
      const mode = row.switch === null ? null : flows[row.switch];
      if (mode === 'off') continue;
      const reader = readerOf(name, row);
      const group = groupIn(mode, groupOf(instance, reader));
      findings.push(...(await flowFindings(admin, { reader, group, topic: row.topic }, evidence)));
    }
  return findings;
}

interface ReadFlow {
  reader: string;
  group: string;
  topic: string;
}

async function flowFindings(
  admin: Pick<TopicAdmin, 'lag' | 'begins'>,
  { reader, group, topic }: ReadFlow,
  { now, lastOutcomeAt, paused }: Evidence,
): Promise<Finding[]> {
  const what = `${reader} on ${topic}`;
  const lags = await admin.lag(group, [topic]);
  const behind = lags.reduce((sum, lag) => sum + waitingOf(lag), 0);
  const control = paused.find((one) => one.reader === reader);
  if (control)
    return [
      warn(
        'line.paused',
        `${what} is paused since ${new Date(control.setAt).toISOString()}, ${behind} records behind`,
        `${control.setBy}: ${control.reason}`,
        `\`cartage resume ${reader} --reason TEXT\` when that is over`,
      ),
    ];
  const { retentionMs } = contracts.find((row) => row.topic === topic)!;
  const late = retentionMs === 'compacted' ? [] : await nearEnd(admin, lags, now - retentionMs / 2);
  if (late.length > 0)
    return [
      fail(
        'line.near_retention',
        `${what} has not finished records of partition ${late.join(', ')} that are half as old as the topic keeps them`,
        'What the topic lets go before it is handled is found again only by the nightly round or a refresh',
        'Find out what holds the flow up: `cartage parked list`, its log, its circuit breaker in the console',
      ),
    ];
  const isQuiet = (lastOutcomeAt.get(reader) ?? 0) < now - quietMs;
  if (behind > 0 && isQuiet)
    return [
      warn(
        `line.stuck_${reader}`,
        `${what} is ${behind} records behind, and has handled none for a quarter of an hour`,
        'It does not run, waits for the other side, or for a person',
        'Look at its log and at its /readyz',
      ),
    ];
  return [ok('line.flow', `${what} is ${behind} records behind`)];
}

/** Partitions whose oldest unfinished record is older than that. */
async function nearEnd(
  admin: Pick<TopicAdmin, 'begins'>,
  lags: Awaited<ReturnType<TopicAdmin['lag']>>,
  sinceMs: number,
): Promise<number[]> {
  const [first] = lags;
  if (first === undefined) return [];
  const begins = await admin.begins(first.topic, sinceMs);
  const isLate = ({ partition, committed, end }: (typeof lags)[number]) =>
    committed !== null && committed < end && committed < Math.min(end, begins.get(partition) ?? 0);
  return lags.filter(isLate).map(({ partition }) => partition);
}
