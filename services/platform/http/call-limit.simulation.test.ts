/**
 * Simulated: a shop that several processes call at once, each with as much work as it may have under way, on a clock of the
 * test's own. Real: the queue and the limit of each process. Asserted: what the shop had to bear, and that everybody got on.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../flow/testing/virtual-clock.ts';
import { AdaptiveLimit, raiseEveryMs } from './call-limit.ts';
import { CallQueue } from './call-queue.ts';

const processes = 8;
const share = 4;
const slowMs = 2_500;

type Answer = { status: number; tookMs: number };

class Shop {
  underWay = 0;
  /** Of one second each. */
  readonly mostBySecond: number[] = [];
  /** What it answers while so many are under way. */
  answer: (underWay: number) => Answer = () => ({ status: 200, tookMs: 100 });
  readonly #clock: VirtualClock;
  readonly #beganAt: number;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#beganAt = clock.now();
  }

  async call(running: { written: boolean }): Promise<{ status: number }> {
    this.underWay += 1;
    running.written = true;
    const second = Math.floor((this.#clock.now() - this.#beganAt) / 1_000);
    this.mostBySecond[second] = Math.max(this.mostBySecond[second] ?? 0, this.underWay);
    const { status, tookMs } = this.answer(this.underWay);
    await this.#clock.wait(tookMs);
    this.underWay -= 1;
    if (status === 0) throw new Error('no answer');
    return { status };
  }

  most(fromSecond: number, toSecond: number): number {
    return Math.max(0, ...this.mostBySecond.slice(fromSecond, toSecond).filter((most) => most !== undefined));
  }
}

/** It has always more to do than it may. */
class Process {
  served = 0;
  readonly limits: number[] = [];
  readonly #queue: CallQueue;
  readonly #shop: Shop;

  constructor(shop: Shop, clock: VirtualClock, yields = false) {
    this.#shop = shop;
    const onChange = (current: number) => this.limits.push(current);
    const limit = new AdaptiveLimit({ max: share, slowMs, onChange, yields });
    this.#queue = new CallQueue(limit, () => clock.now());
  }

  work(): void {
    for (let n = 0; n < 2 * share; n += 1) void this.#worker();
  }

  async #worker(): Promise<void> {
    for (;;) {
      const running = { written: false };
      const call = () => this.#shop.call(running);
      const answer = await this.#queue.run(running, call, new AbortController().signal).catch(() => null);
      if (answer?.status === 200) this.served += 1;
    }
  }
}

let clock: VirtualClock;
let shop: Shop;
let callers: Process[];

beforeEach(() => {
  clock = new VirtualClock();
  shop = new Shop(clock);
  callers = Array.from({ length: processes }, () => new Process(shop, clock));
  for (const caller of callers) caller.work();
});

const limits = () => callers.map((caller) => caller.limits.at(-1));

describe('a shop that bears all of it', () => {
  it('is called by each process as often at once as its share says, and never more', async () => {
    await clock.pass(60_000);
    expect(limits()).toEqual(Array<number>(processes).fill(share));
    expect(shop.most(0, 60)).toBe(processes * share);
  });
});

describe('a shop that bears less', () => {
  it.each<[string, Answer]>([
    ['says 429', { status: 429, tookMs: 20 }],
    ['says 503', { status: 503, tookMs: 20 }],
    ['is slow', { status: 200, tookMs: slowMs + 500 }],
    ['gives no answer', { status: 0, tookMs: 3_000 }],
  ])(
    'and %s is soon called one at a time by each, and never more again while it lasts',
    async (_name, tooMuch) => {
      await clock.pass(10_000);
      shop.answer = () => tooMuch;
      await clock.pass(60_000);
      expect(limits()).toEqual(Array<number>(processes).fill(1));
      // Two rounds of halving: of slow answers each takes its time.
      const fallenBy = 10 + Math.ceil((2 * tooMuch.tookMs) / 1_000) + 1;
      expect(shop.most(fallenBy + 1, 70)).toBeLessThanOrEqual(processes);
    },
  );

  it('is given its share back one call at a time, slowly', async () => {
    shop.answer = () => ({ status: 503, tookMs: 20 });
    await clock.pass(10_000);
    shop.answer = () => ({ status: 200, tookMs: 100 });
    await clock.pass(raiseEveryMs - 500);
    expect(limits()).toEqual(Array<number>(processes).fill(1));
    for (const limit of [2, 3, 4]) {
      await clock.pass(raiseEveryMs + 200);
      expect(limits()).toEqual(Array<number>(processes).fill(limit));
    }
    await clock.pass(60_000);
    expect(shop.most(0, 100)).toBe(processes * share);
  });

  it('settles near what it bears, and every process gets on', async () => {
    const bears = 14;
    shop.answer = (underWay) =>
      underWay > bears ? { status: 503, tookMs: 50 } : { status: 200, tookMs: 100 };
    await clock.pass(30_000);
    const before = callers.map(({ served }) => served);
    await clock.pass(600_000);
    const served = callers.map((caller, at) => caller.served - before[at]!);
    const all = served.reduce((sum, one) => sum + one, 0);
    // Of 600 s with 14 at once, 100 ms each.
    expect(all).toBeGreaterThan(0.6 * bears * 6_000);
    for (const one of served) expect(one).toBeGreaterThan((0.3 * all) / processes);
    expect(shop.most(30, 630)).toBeLessThanOrEqual(2 * bears);
  });

  it('is left to the others by whoever yields, which gets on slowly', async () => {
    const yielding = new Process(shop, clock, true);
    yielding.work();
    shop.answer = (underWay) => (underWay > 24 ? { status: 503, tookMs: 50 } : { status: 200, tookMs: 100 });
    await clock.pass(600_000);
    const mean = callers.reduce((sum, { served }) => sum + served, 0) / processes;
    expect(yielding.served).toBeLessThan(0.75 * mean);
    // One call at a time, at least.
    expect(yielding.served).toBeGreaterThan(0.8 * 6_000);
  });
});
