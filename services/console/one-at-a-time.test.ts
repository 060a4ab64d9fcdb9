import { expect, it } from '@jest/globals';
import { oneAtATime } from './one-at-a-time.ts';

it('is done one at a time: whoever asks meanwhile is refused at once, and may ask again after one that failed', async () => {
  const one = oneAtATime();
  const { promise, reject } = Promise.withResolvers<string>();
  const first = one(() => promise);
  const never = () => Promise.reject(new Error('it was done all the same'));
  expect([await one(never), await one(never)]).toEqual([null, null]);
  reject(new Error('no broker'));
  await expect(first).rejects.toThrow('no broker');
  expect(await one(() => Promise.resolve('done'))).toBe('done');
});
