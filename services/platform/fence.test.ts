import { describe, expect, it } from '@jest/globals';
import { LeaseLost, allOf, assertCurrent, currentFence, underFence, unfenced } from './fence.ts';

const standing = { isCurrent: () => true };
const fallen = { isCurrent: () => false };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a fence', () => {
  it('goes with all that the work starts and waits for, and with nothing else', async () => {
    const seen = underFence(standing, async () => {
      await turn();
      return [currentFence(), unfenced(() => currentFence())];
    });
    expect(currentFence()).toBeNull();
    expect(await seen).toEqual([standing, null]);
  });

  it('refuses an effect that begins after it has fallen; work without a fence may begin', () => {
    expect(() => underFence(fallen, () => assertCurrent('orders[0]'))).toThrow(LeaseLost);
    expect(() => underFence(standing, () => assertCurrent('orders[0]'))).not.toThrow();
    expect(() => assertCurrent('orders[0]')).not.toThrow();
  });

  it('of several partitions falls with the first of them', () => {
    expect([allOf([standing, standing]), allOf([standing, fallen])].map((one) => one.isCurrent())).toEqual([
      true,
      false,
    ]);
  });
});
