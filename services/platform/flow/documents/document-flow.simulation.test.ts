import { afterAll, describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../../schemas/topics.ts';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import { Rejected } from '../../errors.ts';
import { runDocuments } from './run-documents.ts';
import { OtherSide } from '../testing/other-side.ts';
import { World } from '../testing/world.ts';

interface Parcel {
  order: string;
  number: number;
  bad: boolean;
}

const parcels = {
  topic: 'test.parcels',
  kind: 'document',
  key: (value: Parcel) => value.order,
  document: (value: Parcel) => String(value.number),
} as unknown as Contract<Parcel>;
const partitions = 2;
const settleMs = 10_000;
/** A thousand were run when this was written. */
const seeds = 60;
const firstSeed = 1;
const startedAt = Date.now();

async function run(seed: number, upsets: boolean) {
  const faults: string[] = [];
  let newest = 0;
  const world: World<Parcel> = new World<Parcel>({
    seed,
    contract: parcels,
    partitions,
    policy: { retryInitialMs: 200, retryMaxMs: 2_000, maxPendingKeys: 10 },
    onLost: (member) => side.delay(member),
    start: (context, member) =>
      runDocuments<Parcel>(context, {
        name: 'parcels',
        contract: parcels,
        mode: 'on',
        concurrency: () => 3,
        settleMs,
        probe: () => Promise.resolve(),
        handle: async ({ value, key, offset, partition }, attempt) => {
          await member.clock.wait(random.between(1, 100));
          if (value.bad) throw new Rejected({ code: 'parcel.bad', what: 'A bad parcel', fix: 'Correct it' });
          const { number } = value;
          if (landed().has(number)) return { status: 'unchanged' };
          await side.write([{ key, number, offset, partition }], member, attempt);
          return { status: 'applied' };
        },
      }),
  });
  const { clock, broker, random } = world;
  const side = new OtherSide(clock, random, settleMs);
  const landed = () => new Set(side.calls.filter((call) => call.landed).map(({ number }) => number));
  side.trouble = { refused: 0.15, unanswered: 0.2 };
  side.stuck = (key) => key.endsWith('stuck');
  side.onBegin = (call) => {
    const { partition, offset, member, number, key } = call;
    if (broker.owners.get(partition)?.member !== member.name)
      faults.push(`${key}/${number} begun by ${member.name}, which does not own the partition`);
    const { claimed } = JSON.parse(broker.committed(partition).metadata!) as { claimed: number };
    if (claimed <= offset) faults.push(`${key}/${number} begun at ${offset} under the claim ${claimed}`);
    for (const earlier of side.calls.filter((one) => one.key === key)) {
      if (!earlier.landed && earlier.landsAt < Infinity)
        faults.push(`${key}/${number} begun while ${earlier.number} may still land`);
      if (earlier.number > number) faults.push(`${key}/${number} begun after ${earlier.number}`);
    }
  };
  broker.onCommit = (partition, offset) => {
    const done = landed();
    for (const { number } of below(partition, offset))
      if (!isParked(number) && !done.has(number))
        faults.push(`committed ${offset} of ${partition} while ${number} is not finished`);
  };
  function below(partition: number, offset: number): Parcel[] {
    return broker
      .log(parcels.topic, partition)
      .slice(0, offset)
      .flatMap((record) => ('undecodable' in record ? [] : [record.value as unknown as Parcel]));
  }
  function isParked(number: number): boolean {
    return broker.values(parked).some(({ documentId }) => documentId === String(number));
  }

  const first = await world.begin();
  if (upsets) Object.assign(first, { publishFailures: 0.05, latePublishes: 0.02 });
  world.assignAll(first);
  for (let step = 0; step < 14; step += 1) {
    for (let count = random.between(0, 6); count > 0; count -= 1) {
      newest += 1;
      const partition = random.between(0, partitions);
      const order = `${partition}/${upsets && random.chance(0.03) ? 'stuck' : random.between(0, 5)}`;
      broker.append(parcels, order, { order, number: newest, bad: random.chance(0.05) }, partition);
    }
    await clock.pass(random.between(10, 2_500));
    if (upsets && random.chance(0.35)) await world.upset();
  }
  side.trouble = { refused: 0, unanswered: 0 };
  await clock.pass(20_000);
  world.assignAll(world.living()[0] ?? (await world.begin()));
  // A key that gets no answer is given up only while others are written.
  for (let round = 0; round < 12; round += 1) {
    newest += 1;
    if (upsets) broker.append(parcels, '0/good', { order: '0/good', number: newest, bad: false }, 0);
    await clock.pass(40_000);
  }
  const numbers = side.calls.filter((call) => call.landed).map(({ number }) => number);
  for (const number of new Set(numbers))
    if (numbers.filter((one) => one === number).length > 1) faults.push(`${number} took effect twice`);
  for (let partition = 0; partition < partitions; partition += 1) {
    const end = broker.log(parcels.topic, partition).length;
    // Of a recreated topic without a record nothing is stored.
    if (end > 0 && (broker.committed(partition).offset ?? 0) !== end)
      faults.push(`committed ${broker.committed(partition).offset} of ${end}`);
    for (const { number } of below(partition, end))
      if (!isParked(number) && !numbers.includes(number)) faults.push(`${number} is lost`);
  }
  return { world, faults };
}

describe('a flow of documents, by chance', () => {
  afterAll(() => {
    process.stdout.write(`documents: ${seeds} seeds in ${Date.now() - startedAt} ms\n`);
  });

  it('makes each document once, in the order of its key, one at a time', async () => {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const { faults } = await run(seed, true);
      expect({ seed, faults }).toEqual({ seed, faults: [] });
    }
  });

  it('tells one outcome for each document while nobody dies', async () => {
    const { world, faults } = await run(11, false);
    expect(faults).toEqual([]);
    const reported = world.broker.values(outcomes).map(({ documentId }) => Number(documentId));
    const all = [0, 1].flatMap((partition) =>
      world.broker
        .log(parcels.topic, partition)
        .map((record) => ('undecodable' in record ? 0 : (record.value as unknown as Parcel).number)),
    );
    expect(all.length).toBeGreaterThan(20);
    const byNumber = (left: number, right: number) => left - right;
    expect(reported.toSorted(byNumber)).toEqual(all.toSorted(byNumber));
  });
});
