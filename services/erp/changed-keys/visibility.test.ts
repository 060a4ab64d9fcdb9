import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { widenXid } from './visibility.ts';

describe('a transaction id of the log', () => {
  it.each([
    ['just behind the snapshot', 999, 1_000n, 999n],
    ['above the snapshot: the commit that is held back', 1_005, 1_000n, 1_005n],
    ['in a later epoch', 7, 3n * 2n ** 32n + 9n, 3n * 2n ** 32n + 7n],
    ['of the epoch before, at the wrap', 4_294_967_290, 2n ** 32n + 5n, 4_294_967_290n],
    ['of the next epoch, at the wrap', 3, 2n ** 32n - 2n, 2n ** 32n + 3n],
  ])('%s gets its epoch', (_case, xid, snapshotXmax, wide) => {
    expect(widenXid(xid, snapshotXmax)).toBe(wide);
  });

  it('comes back from any id less than 2^31 away', () => {
    const near = fc.tuple(fc.bigInt(2n ** 33n, 2n ** 50n), fc.bigInt(-(2n ** 31n) + 1n, 2n ** 31n - 1n));
    fc.assert(
      fc.property(near, ([snapshotXmax, distance]) => {
        const id = snapshotXmax + distance;
        expect(widenXid(Number(BigInt.asUintN(32, id)), snapshotXmax)).toBe(id);
      }),
    );
  });
});
