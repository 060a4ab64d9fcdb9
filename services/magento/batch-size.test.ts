import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../platform/errors.ts';
import { beginsToWait } from '../platform/http/turn-wait.ts';
import { BatchSize } from './batch-size.ts';
import { LimitExceeded } from './rest/answers.ts';

const fault = { code: 'http.deadline', what: 'No answer', fix: 'Wait' };
const timedOut = new Unavailable(fault, { perhapsRecord: true });

/** Requests of a shop that takes so long for each, or throws. */
function sizeOf(options: { initial: number; max: number }) {
  let now = 0;
  const size = new BatchSize({ ...options, targetMs: 1_000 }, { now: () => now });
  const pass = (ms: number) => (now += ms);
  const send = async (rows: number, answer: number | Error) => {
    const request = size.request(rows, async () => {
      await Promise.resolve();
      if (answer instanceof Error) throw answer;
      now += answer;
      return rows;
    });
    await request.catch((error: unknown) => expect(error).toBe(answer));
    return size.current;
  };
  return { size, send, pass };
}

describe('the batch size', () => {
  /** Sizes of the requests by which a shop that takes so long for so many rows gets all of them. */
  async function sizesFor(rows: number, initial: number, costMs: (rows: number) => number) {
    const { size, send } = sizeOf({ initial, max: 200 });
    const sizes: number[] = [];
    for (let left = rows; left > 0; left -= sizes.at(-1)!) {
      sizes.push(Math.min(left, size.current));
      await send(sizes.at(-1)!, costMs(sizes.at(-1)!));
    }
    return sizes;
  }

  it('does not fall where a request takes as long whatever it holds: that would only be more requests', async () => {
    expect(await sizesFor(300, 100, () => 3_000)).toEqual([100, 50, 150]);
    // Nor does it stay where it fell for another reason.
    expect((await sizesFor(1_000, 1, () => 3_000)).slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 200]);
  });

  it('is what the rows leave of the time that they may take', async () => {
    // An idle shop, as it was measured: 80 ms, and 4 for each row.
    expect(await sizesFor(1_000, 100, (rows) => 80 + 4 * rows)).toEqual([100, 150, 200, 200, 200, 150]);
    const slow = await sizesFor(200, 100, (rows) => 200 + 100 * rows);
    for (const rows of slow.slice(2, -1)) expect([7, 8]).toContain(rows);
    // Where the rest takes almost all of the time, the rows are given as much again.
    const fixed = await sizesFor(400, 100, (rows) => 900 + 50 * rows);
    for (const rows of fixed.slice(2, -1)) expect([17, 18]).toContain(rows);
  });

  it('does not count how long a request waited for its turn', async () => {
    let now = 0;
    const size = new BatchSize({ initial: 100, max: 200, targetMs: 1_000 }, { now: () => now });
    const sizes: number[] = [];
    for (let requests = 0; requests < 6; requests += 1) {
      const rows = size.current;
      sizes.push(rows);
      await size.request(rows, async () => {
        await Promise.resolve();
        // Behind a call of the same size, as where the next batch stands ready.
        beginsToWait()(80 + 4 * rows);
        now += 2 * (80 + 4 * rows);
      });
    }
    expect(sizes).toEqual([100, 150, 200, 200, 200, 200]);
  });

  it('stays where the turn of a request never came', async () => {
    const { size } = sizeOf({ initial: 100, max: 200 });
    const given = size.request(100, async () => {
      beginsToWait();
      await Promise.resolve();
      throw timedOut;
    });
    await expect(given).rejects.toBe(timedOut);
    expect(size.current).toBe(100);
  });

  it('follows a time that grows faster than the rows, and a shop that is another one suddenly', async () => {
    const sizes = await sizesFor(2_000, 20, (rows) => rows ** 2 / 5);
    for (const rows of sizes.slice(-10, -1)) expect(rows ** 2 / 5).toBeLessThan(1_600);
    let isBusy = false;
    const { size, send } = sizeOf({ initial: 100, max: 200 });
    const cost = (rows: number) => (isBusy ? 10 : 1) * (80 + 4 * rows);
    for (let answers = 0; answers < 10; answers += 1) await send(size.current, cost(size.current));
    expect(size.current).toBe(200);
    isBusy = true;
    for (let answers = 0; answers < 3; answers += 1) await send(size.current, cost(size.current));
    expect(size.current).toBeLessThan(30);
    isBusy = false;
    for (let answers = 0; answers < 20; answers += 1) await send(size.current, cost(size.current));
    expect(size.current).toBe(200);
  });

  it('falls to one and no further when there is no answer, and grows again from there', async () => {
    const { size, send, pass } = sizeOf({ initial: 30, max: 50 });
    const seen = [];
    for (let failures = 0; failures < 6; failures += 1) seen.push(await send(size.current, timedOut));
    expect(seen).toEqual([15, 7, 3, 1, 1, 1]);
    pass(60_000);
    expect(await send(1, 10)).toBe(2);
  });

  it('is not tried again for a minute where it was too much', async () => {
    const { size, send, pass } = sizeOf({ initial: 10, max: 50 });
    await send(10, timedOut);
    const seen = [];
    for (let answers = 0; answers < 4; answers += 1) seen.push(await send(size.current, 10));
    expect(seen).toEqual([8, 9, 9, 9]);
    pass(60_000);
    expect(await send(9, 10)).toBe(18);
  });

  it('is halved once by requests that fail together, and not at all by one row alone or a refused signature', async () => {
    const { send } = sizeOf({ initial: 30, max: 50 });
    await Promise.all([send(30, timedOut), send(30, timedOut), send(30, timedOut)]);
    expect(await send(1, timedOut)).toBe(15);
    // Nor by one that was not half as large.
    expect(await send(7, timedOut)).toBe(15);
    expect(await send(15, new Unavailable(fault, { needsOperator: true }))).toBe(15);
  });

  it('forgets what rows have cost when a request is not answered, and what was small says nothing of the time of a large one', async () => {
    const { send, pass } = sizeOf({ initial: 100, max: 400 });
    const cost = (rows: number) => 80 + 4 * rows;
    await send(100, cost(100));
    expect(await send(150, cost(150))).toBe(230);
    await send(230, timedOut);
    pass(60_000);
    // By what was learnt before it would be 230 again.
    expect(await send(115, cost(115))).toBe(115);
    const fresh = sizeOf({ initial: 100, max: 400 });
    expect(await fresh.send(40, 5_000)).toBe(100);
  });

  it('never passes what the shop said it takes', async () => {
    const { send } = sizeOf({ initial: 40, max: 200 });
    const limited = (rows: number) => new LimitExceeded(fault, rows);
    expect(await send(40, limited(20))).toBe(20);
    expect(await send(20, 10)).toBe(20);
    expect(await send(20, limited(30))).toBe(20);
    expect(await send(20, 10)).toBe(20);
  });
});
