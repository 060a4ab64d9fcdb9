import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../platform/errors.ts';
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
  it('grows while full requests are quick, and halves when they are slow', async () => {
    const { size, send } = sizeOf({ initial: 20, max: 50 });
    const seen = [];
    for (const durationMs of [100, 100, 100, 1_200, 700]) seen.push(await send(size.current, durationMs));
    expect(seen).toEqual([30, 45, 50, 25, 25]);
    expect(await send(3, 10)).toBe(25);
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
    expect(await send(9, 10)).toBe(14);
  });

  it('is halved once by requests that fail together, and not at all by one row alone or a refused signature', async () => {
    const { send } = sizeOf({ initial: 30, max: 50 });
    await Promise.all([send(30, timedOut), send(30, timedOut), send(30, timedOut)]);
    expect(await send(1, timedOut)).toBe(15);
    expect(await send(15, new Unavailable(fault, { needsOperator: true }))).toBe(15);
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
