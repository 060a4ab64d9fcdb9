import { expect, it } from '@jest/globals';
import { LeaseLost } from '../platform/fence.ts';
import { LookedUp } from './looked-up.ts';

const stands = { assertCurrent: () => undefined };

it('what was looked up for a try that was put off serves the next one, once, for a second in all, and if it succeeded', async () => {
  let now = 0;
  let looks = 0;
  const lookedUp = new LookedUp<number>({ now: () => now });
  const look = () => lookedUp.of('WH/1', stands, () => Promise.resolve((looks += 1)));
  const first = look();
  lookedUp.keep('WH/1', first);
  now = 600;
  const second = look();
  expect(await second.found).toBe(1);
  lookedUp.keep('WH/1', second);
  now = 1_001;
  expect(await look().found).toBe(2);
  expect(await look().found).toBe(3);
  const failed = lookedUp.of('WH/2', stands, () => Promise.reject(new Error('down')));
  lookedUp.keep('WH/2', failed);
  await expect(failed.found).rejects.toThrow('down');
  expect(await lookedUp.of('WH/2', stands, () => Promise.resolve(7)).found).toBe(7);
});

it('nor does it serve when the partition has been away since, or the clock was set back', async () => {
  let now = 10_000;
  let isOver = false;
  const lookedUp = new LookedUp<number>({ now: () => now });
  const lease = {
    assertCurrent: () => {
      if (isOver) throw new LeaseLost('erp.fulfilments[0]');
    },
  };
  lookedUp.keep(
    'WH/1',
    lookedUp.of('WH/1', lease, () => Promise.resolve(1)),
  );
  isOver = true;
  expect(await lookedUp.of('WH/1', stands, () => Promise.resolve(2)).found).toBe(2);
  lookedUp.keep(
    'WH/1',
    lookedUp.of('WH/1', stands, () => Promise.resolve(3)),
  );
  now = 0;
  expect(await lookedUp.of('WH/1', stands, () => Promise.resolve(4)).found).toBe(4);
});
