import { differences, outcomes, parked } from '../../../schemas/topics.ts';
import type { Difference, Outcome, Parked } from '../../../schemas/types.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Rejected } from '../../platform/errors.ts';
import { groupIn, groupOf, modeOf, processIn } from '../../platform/groups.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { TopicAdmin } from '../../platform/kafka/topic-admin.ts';
import { waitingOf } from '../../platform/kafka/group-lag.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import { processes, readerOf } from '../../platform/processes.ts';
import { AgeHistogram } from '../age-histogram.ts';

/** The watch over a go-live. */
export const watchedMs = 72 * 3_600_000;
/** Less than so many of 1,000 records fail in the end. */
const failuresMax = 10;
/** What is parked for longer has been passed over. */
const parkedMs = 24 * 3_600_000;
/** A flow with a lag that it has not finished for so long is behind. */
const settledMs = 3_600_000;

/** Outcomes are kept for so long: what is older cannot be judged any more. */
const outcomesKeptMs = 7 * 86_400_000;

/** One target, and how it was kept. */
export interface Judged {
  /** The flow, or what all of them have in common. */
  of: string;
  target: string;
  measured: string;
  /** unknown: too little has happened to say. */
  verdict: 'met' | 'missed' | 'unknown';
}

export interface GoLiveReport {
  /** UTC milliseconds. */
  since: number;
  until: number;
  verdict: Judged['verdict'];
  judged: Judged[];
}

interface Sums {
  ages: AgeHistogram;
  records: number;
  failedFirst: number;
  failedFinally: number;
  lastAt: number;
}

/** When the flows were switched on, as a person writes it. @throws Rejected for what is no time of the last seven days */
export function goLiveSince(given: string, now: number): number {
  const since = Date.parse(given);
  if (!Number.isNaN(since) && since < now && since >= now - outcomesKeptMs) return since;
  throw new Rejected({
    code: 'report.since',
    what: `"${given}" is no time of the last seven days`,
    why: 'what became of the records is kept for seven days',
    fix: 'Write it with its zone, such as 2026-11-23T10:00:00Z',
  });
}

export async function goLiveReport(
  { bus, admin }: { bus: Pick<Bus, 'readAll'>; admin: Pick<TopicAdmin, 'lag'> },
  { instance, flows }: Pick<Config, 'instance' | 'flows'>,
  { since, now }: { since: number; now: number },
): Promise<GoLiveReport> {
  const until = Math.min(now, since + watchedMs);
  const sums = await sumsOf(bus, instance, since, until);
  const judged: Judged[] = [];
  for (const { name, flows: rows } of processes)
    for (const row of rows) {
      const mode = row.switch === null ? null : flows[row.switch];
      const reader = readerOf(name, row);
      const own = sums.get(`${reader} ${row.topic}`);
      if (mode === 'off') continue;
      if (row.targetP95Ms !== null) judged.push(latency(row.name, row.targetP95Ms, own));
      judged.push(failures(row.name, own));
      const lags = await admin.lag(groupIn(mode, groupOf(instance, reader)), [row.topic]);
      const behind = lags.reduce((sum, lag) => sum + waitingOf(lag), 0);
      judged.push(backlog(row.name, behind, own, now));
    }
  judged.push(await oldParked(bus, instance, now), ...(await openDifferences(bus, instance, now)));
  return { since, until, verdict: overall(judged), judged };
}

async function sumsOf(
  bus: Pick<Bus, 'readAll'>,
  instance: string,
  since: number,
  until: number,
): Promise<Map<string, Sums>> {
  const sums = new Map<string, Sums>();
  await readToEnd(
    bus,
    outcomes,
    ({ value }) => {
      if (value === null || modeOf(value.group).dry) return;
      const reader = processIn(instance, value.group);
      if (reader === null || value.finishedAt < since || value.finishedAt >= until) return;
      const id = `${reader} ${value.topic}`;
      const own = sums.get(id) ?? none();
      sums.set(id, own);
      take(own, value);
    },
    { sinceMs: since },
  );
  return sums;
}

const none = (): Sums => ({
  ages: new AgeHistogram(),
  records: 0,
  failedFirst: 0,
  failedFinally: 0,
  lastAt: 0,
});

function take(own: Sums, { status, attempts, occurredAt, finishedAt }: Outcome): void {
  own.records += 1;
  own.lastAt = Math.max(own.lastAt, finishedAt);
  if (status === 'rejected' || attempts > 1) own.failedFirst += 1;
  if (status === 'rejected') own.failedFinally += 1;
  if (status === 'applied' && occurredAt !== null) own.ages.add(finishedAt - occurredAt);
}

function latency(of: string, targetMs: number, own: Sums | undefined): Judged {
  const [p50, p95] = [own?.ages.percentile(0.5) ?? null, own?.ages.percentile(0.95) ?? null];
  return {
    of,
    target: `P95 of the age within ${seconds(targetMs)}`,
    measured: p95 === null ? 'nothing applied' : `P95 ${seconds(p95)}, P50 ${seconds(p50!)}`,
    verdict: p95 === null ? 'unknown' : p95 <= targetMs ? 'met' : 'missed',
  };
}

function failures(of: string, own: Sums | undefined): Judged {
  const perThousand = (count: number) => ((1_000 * count) / own!.records).toFixed(1);
  const target = `fewer than ${failuresMax} of 1,000 records fail in the end`;
  if (own === undefined) return { of, target, measured: 'no records', verdict: 'unknown' };
  const measured = `${perThousand(own.failedFinally)} in the end, ${perThousand(own.failedFirst)} at first, of ${own.records}`;
  return {
    of,
    target,
    measured,
    verdict: 1_000 * own.failedFinally < failuresMax * own.records ? 'met' : 'missed',
  };
}

function backlog(of: string, behind: number, own: Sums | undefined, now: number): Judged {
  const isMoving = own !== undefined && own.lastAt > now - settledMs;
  return {
    of,
    target: 'nothing waits without being worked on',
    measured: `${behind} records behind`,
    verdict: behind === 0 || isMoving ? 'met' : 'missed',
  };
}

async function oldParked(bus: Pick<Bus, 'readAll'>, instance: string, now: number): Promise<Judged> {
  const parkedAt = new Map<string, number>();
  const isOurs = ({ group }: Parked) => processIn(instance, group) !== null;
  await readToEnd(bus, parked, ({ key, value }) => {
    if (value === null) parkedAt.delete(key);
    else if (isOurs(value)) parkedAt.set(key, value.parkedAt);
  });
  const old = [...parkedAt.values()].filter((at) => at < now - parkedMs).length;
  return {
    of: 'Parked',
    target: 'no record parked for more than a day',
    measured: `${parkedAt.size} parked, ${old} for more than a day`,
    verdict: old === 0 ? 'met' : 'missed',
  };
}

async function openDifferences(bus: Pick<Bus, 'readAll'>, instance: string, now: number): Promise<Judged[]> {
  const open = new Map<string, Pick<Difference, 'kind' | 'firstSeenAt'>>();
  await readToEnd(bus, differences, ({ key, value }) => {
    if (value === null) open.delete(key);
    else if (value.instance === instance) open.set(key, { kind: value.kind, firstSeenAt: value.firstSeenAt });
  });
  const target = 'no difference older than a day';
  if (open.size === 0) return [{ of: 'Differences', target, measured: 'none is known', verdict: 'met' }];
  return [...Map.groupBy(open.values(), ({ kind }) => kind)].map(([kind, own]) => {
    const old = own.filter(({ firstSeenAt }) => firstSeenAt < now - parkedMs).length;
    const measured = `${own.length} open, ${old} for more than a day`;
    return { of: `Differences of ${kind}`, target, measured, verdict: old === 0 ? 'met' : 'missed' };
  });
}

function overall(judged: readonly Judged[]): Judged['verdict'] {
  if (judged.some(({ verdict }) => verdict === 'missed')) return 'missed';
  return judged.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'met';
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
