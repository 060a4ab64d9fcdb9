import { expect, it } from '@jest/globals';
import { forAll } from './for-all.ts';

it('does it for each, in order, a thousand at once, and ends with the first that fails', async () => {
  let [waiting, most] = [0, 0];
  const done: number[] = [];
  const act = async (item: number) => {
    most = Math.max(most, (waiting += 1));
    await Promise.resolve();
    waiting -= 1;
    if (item === 2_100) throw new Error('refused');
    done.push(item);
  };
  const items = Array.from({ length: 3_500 }, (_, index) => index);
  await forAll(items.slice(0, 2_050), act);
  expect([done, most]).toEqual([items.slice(0, 2_050), 1_000]);
  await expect(forAll(items.slice(2_050), act)).rejects.toThrow('refused');
  expect(done).not.toContain(3_400);
});
