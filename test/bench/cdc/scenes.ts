import type { BenchErp } from './erp.ts';
import { Meter } from './meter.ts';
import type { Costs } from './meter.ts';
import type { CdcSide } from './side.ts';
import type { WatchedTopic } from './topic.ts';
import { percentile } from '../study.ts';

export interface Sizes {
  items: number;
  transactionRows: number;
  transactions: number;
  pacedSeconds: number;
  aroundTransactions: number;
  /** Where the table has grown to at the end. */
  knownKeys: number;
}

/** One figure of one side. */
export interface Scene extends Partial<Costs> {
  name: string;
  unit: 'changes/s' | 's' | 'P99 ms' | 'MB';
  value: number;
  goal: Goal;
}

/** What is aimed at: against the peer, or as such. */
export interface Goal {
  ratioAtLeast?: number;
  atLeast?: number;
  atMost?: number;
  cpuMicrosecondsAtMost?: number;
}

const withinMs = 300_000;
const bulk: Goal = { ratioAtLeast: 1, cpuMicrosecondsAtMost: 45 };
/** Transactions a second, each of one row; the last pace is to be sustained, whatever a single one takes. */
const paces: readonly { perSecond: number; goal: Goal }[] = [
  { perSecond: 50, goal: { atMost: 18 } },
  { perSecond: 1_000, goal: { atMost: 50 } },
  { perSecond: 5_000, goal: { atMost: 1_000 } },
];

export interface Stage {
  side: CdcSide;
  erp: BenchErp;
  topic: WatchedTopic;
  /** What is found by a way round; null where the side has no such thing. */
  around: WatchedTopic | null;
  sizes: Sizes;
  say: (text: string) => void;
}

/** One side through all that happens in its ERP, one scene after the other. */
export async function playScenes(stage: Stage): Promise<Scene[]> {
  const { erp, sizes } = stage;
  const serverPid = await erp.serverPid();
  const scenes: Scene[] = [];
  const add = (scene: Scene) => {
    scenes.push(scene);
    const cpu = scene.cpuMicroseconds === undefined ? '' : `, ${scene.cpuMicroseconds} µs`;
    stage.say(`  ${stage.side.name}: ${scene.name}: ${scene.value.toFixed(1)} ${scene.unit}${cpu}`);
  };
  add(await firstLoad(stage, serverPid));
  await untilFollowing(stage);
  for (const which of ['first', 'second']) {
    const changes = sizes.transactionRows;
    const name = `one transaction of ${changes} rows, ${which}`;
    add(await burst(stage, serverPid, { name, changes, goal: bulk }, () => erp.changeAtOnce(changes)));
  }
  const name = `${sizes.transactions} transactions of one row, at once`;
  add(
    await burst(stage, serverPid, { name, changes: sizes.transactions, goal: {} }, async () => {
      const begunAt = Date.now();
      await erp.changeOneByOne(sizes.transactions);
      return begunAt;
    }),
  );
  for (const pace of paces) add(await paced(stage, serverPid, pace));
  if (stage.around !== null) add(await wayRound({ ...stage, topic: stage.around }, serverPid));
  add(await restart(stage));
  if (stage.side.knowsKeys) add(await knownKeys(stage, serverPid));
  return scenes;
}

/** From the first record to the last: how long a process takes to start is another figure. */
async function firstLoad({ side, topic, sizes }: Stage, serverPid: number): Promise<Scene> {
  await side.start();
  const meter = new Meter(side.pid, serverPid);
  const firstAt = await topic.until(1, withinMs);
  const lastAt = await topic.until(sizes.items, withinMs);
  const value = (sizes.items * 1000) / (lastAt - firstAt);
  const name = `first load of ${sizes.items} rows`;
  return { name, unit: 'changes/s', value, goal: bulk, ...meter.read(sizes.items) };
}

async function untilFollowing({ erp, topic }: Stage): Promise<void> {
  const before = await topic.count();
  await erp.changeOne();
  await topic.until(before + 1, withinMs);
}

/** @param work resolves to when the first of the changes was made, or all of one transaction. */
async function burst(
  { side, topic }: Stage,
  serverPid: number,
  { name, changes, goal }: { name: string; changes: number; goal: Goal },
  work: () => Promise<number>,
): Promise<Scene> {
  const before = await topic.count();
  const meter = new Meter(side.pid, serverPid);
  const begunAt = await work();
  const lastAt = await topic.until(before + changes, withinMs);
  const value = (changes * 1000) / (lastAt - begunAt);
  return { name, unit: 'changes/s', value, goal, ...meter.read(changes) };
}

function wayRound(stage: Stage, serverPid: number): Promise<Scene> {
  const changes = stage.sizes.aroundTransactions;
  const name = `${changes} transactions by a way round`;
  return burst(stage, serverPid, { name, changes, goal: { atLeast: 2_000 } }, async () => {
    const begunAt = Date.now();
    await stage.erp.changeAround(changes);
    return begunAt;
  });
}

/** From the commit as the log has it to the append as the broker has it, both in whole milliseconds. */
async function paced(
  { side, erp, topic, sizes }: Stage,
  serverPid: number,
  { perSecond, goal }: { perSecond: number; goal: Goal },
): Promise<Scene> {
  const count = Math.min(perSecond * sizes.pacedSeconds, sizes.items);
  const ends = await topic.ends();
  const before = await topic.count();
  const meter = new Meter(side.pid, serverPid);
  await erp.changePaced(count, perSecond);
  await topic.until(before + count, withinMs);
  const costs = meter.read(count);
  const latenciesMs = (await topic.since(ends)).flatMap(({ value, appendedAt }) => {
    const committedAt = side.committedAt(value);
    return committedAt === null ? [] : [appendedAt - committedAt];
  });
  const value = percentile(latenciesMs, 0.99);
  return { name: `commit to topic at ${perSecond}/s`, unit: 'P99 ms', value, goal, ...costs };
}

/** From the start of the process to the first change on the topic, which waits for it already. */
async function restart({ side, erp, topic }: Stage): Promise<Scene> {
  await side.stop();
  const before = await topic.count();
  await erp.changeOne();
  const startedAt = Date.now();
  await side.start();
  const meter = new Meter(side.pid, side.pid);
  const readyAt = await topic.until(before + 1, withinMs);
  const { highestRssMb } = meter.read(1);
  const value = (readyAt - startedAt) / 1000;
  return { name: 'restart to first change', unit: 's', value, goal: { atMost: 6 }, highestRssMb };
}

/** What it takes to know so many keys: as they come, and when all are read back. */
async function knownKeys(stage: Stage, serverPid: number): Promise<Scene> {
  const { side, erp, topic, sizes } = stage;
  const before = await topic.count();
  const meter = new Meter(side.pid, serverPid);
  await erp.grow(sizes.items, sizes.knownKeys);
  await topic.until(before + sizes.knownKeys - sizes.items, withinMs);
  const { highestRssMb } = meter.read(1);
  const again = await restart(stage);
  stage.say(`    as they come ${highestRssMb} MB, read back ${again.highestRssMb} MB in ${again.value} s`);
  const value = Math.max(highestRssMb, again.highestRssMb!);
  return { name: `${sizes.knownKeys} known keys`, unit: 'MB', value, goal: { atMost: 256 } };
}
