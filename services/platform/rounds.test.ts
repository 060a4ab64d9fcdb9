import { describe, expect, it } from '@jest/globals';
import { RecordingBus } from './flow/testing/recording-bus.ts';
import { Rounds } from './rounds.ts';

const log = { info: () => undefined, warn: () => undefined } as never;
const name = 'a round';
const everyMs = 600_000;

function clockOf() {
  const { clock } = new RecordingBus();
  const startedAt = clock.now();
  return { clock, since: () => clock.now() - startedAt };
}

describe('rounds', () => {
  it('begin a minute after the start, come again after the interval, soon after a failure, and end with the process', async () => {
    const { clock, since } = clockOf();
    const begun: number[] = [];
    const run = async () => {
      begun.push(since());
      await clock.wait(100_000);
      if (begun.length === 1) throw new Error('no shop');
      return {};
    };
    const rounds = new Rounds({ name, run, isOurs: () => true, everyMs, clock, log });
    await clock.pass(1_500_000);
    const stopped = rounds.stop();
    await clock.pass(200_000);
    await stopped;
    expect(begun).toEqual([60_000, 220_000, 820_000, 1_420_000]);
  });

  it('come at once when they are asked for, also while one runs', async () => {
    const { clock, since } = clockOf();
    const begun: number[] = [];
    const run = async () => {
      begun.push(since());
      await clock.wait(10_000);
      return {};
    };
    const rounds = new Rounds({ name, run, isOurs: () => true, everyMs, clock, log });
    await clock.pass(5_000);
    rounds.soon();
    await clock.pass(5_000);
    rounds.soon();
    await clock.pass(50_000);
    await rounds.stop();
    expect(begun).toEqual([5_000, 15_000]);
  });

  it('are left to whoever they belong to, and looked at again soon', async () => {
    const { clock, since } = clockOf();
    const begun: number[] = [];
    const run = () => {
      begun.push(since());
      return Promise.resolve({});
    };
    const rounds = new Rounds({ name, run, isOurs: () => since() >= 100_000, everyMs, clock, log });
    await clock.pass(200_000);
    await rounds.stop();
    expect(begun).toEqual([120_000]);
  });
});
