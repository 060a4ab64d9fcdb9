import { afterAll, describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../../schemas/topics.ts';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import type { Outcome } from '../../../../schemas/types.ts';
import { Rejected } from '../../errors.ts';
import type { Received } from '../../kafka/types.ts';
import { runStates } from './run-states.ts';
import type { BatchResult } from './state-flow.ts';
import { OtherSide } from '../testing/other-side.ts';
import { World } from '../testing/world.ts';

interface Level {
  key: string;
  number: number;
  bad: boolean;
}

const levels = {
  topic: 'test.levels',
  kind: 'state',
  key: (value: Level) => value.key,
} as unknown as Contract<Level>;
const partitions = 2;
const settleMs = 10_000;
/** Of each kind; a thousand were run when this was written. */
const seeds = 60;
const firstSeed = 1;
const startedAt = Date.now();

/** Records, upsets of the group and trouble at the other side for half a minute; then quiet. */
async function run(seed: number, creates: boolean) {
  const faults: string[] = [];
  let newest = 0;
  const world: World<Level> = new World<Level>({
    seed,
    contract: levels,
    partitions,
    policy: { retryInitialMs: 200, retryMaxMs: 2_000, maxPendingStates: 8, maxDistanceStates: 60 },
    onLost: (member) => side.delay(member),
    start: (context, member) =>
      runStates<Level>(context, {
        name: 'levels',
        contracts: [levels],
        mode: 'on',
        concurrency: () => 3,
        settleMs,
        probe: () => Promise.resolve(),
        creates,
        batchGroupOf: (record) => String(record.partition),
        urgent: (record) => record.offset % 7 === 0,
        batchSize: () => 3,
        linger: { urgentMs: 5, normalMs: 300 },
        apply: async (records, attempt) => {
          const bad = records.filter(({ value }) => value!.bad);
          if (bad.length > 0 && records.length > 1) throw new Rejected(badFault);
          const results: BatchResult<Level> = new Map();
          if (bad.length > 0) results.set(bad[0]!, new Rejected(badFault));
          else {
            const written = records.map(({ value, offset, partition, key }) => ({
              key,
              number: value!.number,
              offset,
              partition,
            }));
            await side.write(written, member, attempt);
            for (const record of records) results.set(record, { status: 'applied' });
          }
          return results;
        },
      }),
  });
  const { clock, broker, random } = world;
  const side = new OtherSide(clock, random, settleMs);
  side.trouble = { refused: 0.15, unanswered: 0.2 };
  side.stuck = (key) => key.endsWith('stuck');
  side.onBegin = (call) => {
    const { partition, offset, member } = call;
    if (broker.owners.get(partition)?.member !== member.name)
      faults.push(`${call.key}=${call.number} begun by ${member.name}, which does not own the partition`);
    const newer = side.calls.find((earlier) => earlier.key === call.key && earlier.number > call.number);
    if (newer) faults.push(`${call.key}=${call.number} begun after ${newer.number}`);
    const { metadata } = broker.committed(partition);
    const { claimed } = JSON.parse(metadata!) as { claimed: number };
    if (claimed <= offset)
      faults.push(`${call.key}=${call.number} begun at ${offset} under the claim ${claimed}`);
  };
  /** The newest of each key of which was told that it is applied. */
  const told = new Map<string, number>();
  broker.listen(outcomes.topic, (kept) => {
    const { status, topic, partition, offset } = (kept as Received<never>).value as unknown as Outcome;
    const record = broker.log(topic, partition).find((one) => one.offset === offset) as Received<never>;
    const { key, number } = (record?.value ?? {}) as unknown as Level;
    if (status === 'applied' && number > (told.get(key) ?? 0)) told.set(key, number);
  });
  side.onLand = ({ key, number }) => {
    const newest = told.get(key) ?? 0;
    if (number < newest) faults.push(`${key}=${number} landed after ${newest} was told to be applied`);
  };
  broker.onCommit = (partition, offset) => {
    const left = new Set(
      broker
        .log(levels.topic, partition)
        .slice(offset)
        .map(({ key }) => key),
    );
    for (const [key, number] of newestBelow(partition, offset)) {
      // A newer one took its place, and holds the offset back from now on.
      if (left.has(key)) continue;
      const done = side.calls.some((call) => call.key === key && call.landed && call.number >= number);
      if (!done && !parkedFrom(key, number))
        faults.push(`committed ${offset} of ${partition} while ${key}=${number} is not finished`);
    }
  };
  function newestBelow(partition: number, offset: number): Map<string, number> {
    const found = new Map<string, number>();
    for (const record of broker.log(levels.topic, partition).slice(0, offset))
      if (!('undecodable' in record)) found.set(record.key, (record.value as unknown as Level).number);
    return found;
  }
  function parkedFrom(key: string, number: number): boolean {
    return broker.log(parked.topic).some((record) => {
      if ('undecodable' in record || record.value === null) return false;
      const { recordValue } = record.value as unknown as { recordValue: Buffer };
      const value = JSON.parse(recordValue.toString()) as Level;
      return value.key === key && value.number >= number;
    });
  }
  function produce(bad: boolean): void {
    newest += 1;
    const partition = random.between(0, partitions);
    const key = `${partition}/${random.chance(0.04) ? 'stuck' : random.between(0, 5)}`;
    const record = broker.append(levels, key, { key, number: newest, bad }, partition);
    const undecodable = { code: 'record.damaged', what: 'Damaged', fix: 'Look at it' };
    // Damaged, which shows only when somebody looks into it.
    if (random.chance(0.05)) Object.assign(record, { open: () => ({ ...record, undecodable }) });
  }

  const first = await world.begin();
  first.publishFailures = 0.05;
  first.latePublishes = 0.02;
  world.assignAll(first);
  for (let step = 0; step < 14; step += 1) {
    for (let count = random.between(0, 8); count > 0; count -= 1) produce(random.chance(0.05));
    await clock.pass(random.between(10, 2_500));
    if (random.chance(0.35)) await world.upset();
  }
  side.trouble = { refused: 0, unanswered: 0 };
  await clock.pass(20_000);
  world.assignAll(world.living()[0] ?? (await world.begin()));
  await clock.pass(240_000);
  return { world, side, faults, newestBelow, parkedFrom };
}

const badFault = { code: 'level.bad', what: 'A bad level', fix: 'Correct it' };

describe('a flow of states, by chance', () => {
  afterAll(() => {
    process.stdout.write(`states: ${2 * seeds} seeds in ${Date.now() - startedAt} ms\n`);
  });

  for (const creates of [false, true])
    it(`writes the newest value of every key in the end (creates: ${creates})`, async () => {
      for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
        const { world, side, faults, newestBelow, parkedFrom } = await run(seed, creates);
        for (let partition = 0; partition < partitions; partition += 1) {
          const end = world.broker.log(levels.topic, partition).length;
          const { offset } = world.broker.committed(partition);
          // Of a recreated topic without a record nothing is stored.
          if (end > 0 && offset !== end) faults.push(`committed ${offset} of ${end}`);
          for (const [key, number] of newestBelow(partition, end))
            if (side.values.get(key) !== number && !parkedFrom(key, number))
              faults.push(`${key} is ${side.values.get(key)} in the end, not ${number}`);
        }
        // Which seed it was is what one needs to know first.
        expect({ seed, faults }).toEqual({ seed, faults: [] });
      }
    });
});

describe('a calm flow of states', () => {
  it('tells one outcome for each record, also when a value is written again', async () => {
    const { world } = await runCalm();
    const reported = world.broker.values(outcomes).map(({ partition, offset }) => `${partition}:${offset}`);
    const all = [0, 1].flatMap((partition) =>
      world.broker.log(levels.topic, partition).map(({ offset }) => `${partition}:${offset}`),
    );
    expect(reported.toSorted()).toEqual(all.toSorted());
  });
});

/** No upsets, but answers that never come. */
async function runCalm() {
  const world: World<Level> = new World<Level>({
    seed: 7,
    contract: levels,
    partitions,
    policy: { retryInitialMs: 200, retryMaxMs: 2_000 },
    start: (context, member) =>
      runStates<Level>(context, {
        name: 'levels',
        contracts: [levels],
        mode: 'on',
        concurrency: () => 3,
        settleMs,
        probe: () => Promise.resolve(),
        batchGroupOf: (record) => String(record.partition),
        batchSize: () => 3,
        apply: async (records, attempt) => {
          const written = records.map(({ value, offset, partition, key }) => ({
            key,
            number: value!.number,
            offset,
            partition,
          }));
          await side.write(written, member, attempt);
          return new Map(records.map((record) => [record, { status: 'applied' as const }]));
        },
      }),
  });
  const { clock, broker, random } = world;
  const side = new OtherSide(clock, random, settleMs);
  side.trouble = { refused: 0.2, unanswered: 0.3 };
  world.assignAll(await world.begin());
  for (let number = 0; number < 200; number += 1) {
    const partition = random.between(0, partitions);
    const key = `${partition}/${random.between(0, 6)}`;
    broker.append(levels, key, { key, number, bad: false }, partition);
    await clock.pass(random.between(0, 700));
  }
  await clock.pass(60_000);
  return { world, side };
}
