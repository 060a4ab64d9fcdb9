import { expect, it } from '@jest/globals';
import { LookedUp } from './looked-up.ts';

it('what was looked up for a try that was put off serves the next one, once, for a second in all, and if it succeeded', async () => {
  let now = 0;
  let looks = 0;
  const lookedUp = new LookedUp<number>({ now: () => now });
  const look = () => lookedUp.of('WH/1', () => Promise.resolve((looks += 1)));
  const first = look();
  lookedUp.keep('WH/1', first);
  now = 600;
  const second = look();
  expect(await second.found).toBe(1);
  lookedUp.keep('WH/1', second);
  now = 1_001;
  expect(await look().found).toBe(2);
  expect(await look().found).toBe(3);
  const failed = lookedUp.of('WH/2', () => Promise.reject(new Error('down')));
  lookedUp.keep('WH/2', failed);
  await expect(failed.found).rejects.toThrow('down');
  expect(await lookedUp.of('WH/2', () => Promise.resolve(7)).found).toBe(7);
});
