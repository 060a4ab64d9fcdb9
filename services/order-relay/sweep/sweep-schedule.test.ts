/** Real: the schedule, the fence. Doubles: what is swept, the lease, the clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../platform/errors.ts';
import { assertCurrent } from '../../platform/fence.ts';
import type { Fence } from '../../platform/fence.ts';
import { logTo, policyOf } from '../../platform/flow/testing/context.ts';
import { VirtualClock } from '../../platform/flow/testing/virtual-clock.ts';
import { SweepSchedule } from './sweep-schedule.ts';

let clock: VirtualClock;
let lease: Fence | null;
let runs: number[];
let failure: Error | null;

beforeEach(() => {
  clock = new VirtualClock();
  lease = fence();
  runs = [];
  failure = null;
});

function fence() {
  const one = { current: true, isCurrent: () => one.current };
  return one;
}

function schedule(run: () => Promise<void> = async () => undefined): SweepSchedule {
  const sweep = {
    name: 'orders',
    run: async () => {
      runs.push(clock.now() - 1_000_000);
      await clock.wait(10);
      await run();
      if (failure) throw failure;
      return { rows: 0, requests: 0 };
    },
  };
  return new SweepSchedule(sweep, {
    intervalMs: 60_000,
    lease: () => lease,
    clock,
    random: () => 0.5,
    policy: policyOf(),
    log: logTo([]),
  });
}

describe('a sweep', () => {
  it('runs at once, then after each interval', async () => {
    schedule();
    await clock.pass(125_000);
    expect(runs).toHaveLength(3);
  });

  it('runs where the lease is held, and at once where it is taken over', async () => {
    lease = null;
    schedule();
    await clock.pass(120_000);
    expect(runs).toEqual([]);
    lease = fence();
    await clock.pass(1_000);
    expect(runs).toHaveLength(1);
    lease = fence();
    await clock.pass(1_000);
    expect(runs).toHaveLength(2);
  });

  it('runs under the lease: whoever was stopped in the middle writes nothing when it wakes up', async () => {
    const held = fence();
    lease = held;
    const written: number[] = [];
    const one = schedule(async () => {
      assertCurrent('the requests');
      written.push(clock.now());
    });
    await clock.pass(5);
    held.current = false;
    lease = null;
    await clock.pass(300_000);
    expect([runs.length, written, one.unhealthyReason()]).toEqual([1, [], null]);
  });

  it('that fails is tried again sooner and sooner less, and after a quarter of an hour said to be ill', async () => {
    failure = new Unavailable({ code: 'http.deadline', what: 'No answer', fix: 'Wait' });
    const one = schedule();
    await clock.pass(890_000);
    expect([runs.length > 20, one.unhealthyReason()]).toEqual([true, null]);
    await clock.pass(60_000);
    expect(one.unhealthyReason()).toMatch(/^no sweep since .*http\.deadline/);
    failure = null;
    await clock.pass(60_000);
    expect(one.unhealthyReason()).toBeNull();
  });
});
