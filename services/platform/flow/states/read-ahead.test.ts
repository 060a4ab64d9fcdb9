import { describe, expect, it } from '@jest/globals';
import { ReadAhead } from './read-ahead.ts';

const bounds = { keys: 10, bytes: 64_000, distanceRecords: 100 };
/** With what an entry takes beside its record: 640. */
const sizeBytes = 40;
const none = { size: 0, sizeBytes: 0 };
const catchUpMs = 600_000;
const catchUpToMs = 30_000;

const readAhead = (lease: Partial<{ start: number; claimed: number; catchUpTo: number }> = {}) => {
  const { start = 0, claimed = start, catchUpTo = claimed } = lease;
  return new ReadAhead({ start, claimed, catchUpTo }, bounds, 0);
};
const take = (ahead: ReadAhead, from: number, count: number, sizeBytes = 1, now = 0) => {
  for (let offset = from; offset < from + count; offset += 1) ahead.take({ offset, sizeBytes }, now);
};

describe('reading ahead', () => {
  it.each([
    ['with nothing pending', none, false],
    ['below its bounds', { size: 9, sizeBytes: 63_999 }, false],
    ['with as many keys as it may hold', { size: 10, sizeBytes: 0 }, true],
    ['with as many bytes', { size: 0, sizeBytes: 64_000 }, true],
  ])('is full %s: %j', (_name, pending, isFull) => {
    const ahead = readAhead();
    take(ahead, 0, 20);
    expect(ahead.isFull(pending, null)).toBe(isFull);
  });

  it('stands still so many records ahead of the lowest unfinished one, and no longer when that is finished', () => {
    const ahead = readAhead({ start: 5 });
    take(ahead, 5, 102);
    expect([ahead.readTo, ahead.standsStill(8), ahead.standsStill(7)]).toEqual([107, false, true]);
    expect([ahead.isFull(none, 7), ahead.isFull(none, 8), ahead.isFull(none, null)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('stands still so many bytes ahead, counted as from the last of every 64 offsets', () => {
    const ahead = readAhead();
    take(ahead, 0, 64, sizeBytes);
    expect(ahead.standsStill(0)).toBe(false);
    take(ahead, 64, 35, sizeBytes);
    expect(ahead.standsStill(0)).toBe(false);
    take(ahead, 99, 1, sizeBytes);
    // From offset 0: 64,000 bytes. What lies below 64 counts until 64 itself is the lowest.
    expect([ahead.standsStill(0), ahead.standsStill(63), ahead.standsStill(64)]).toEqual([true, true, false]);
    expect(ahead.standsStill(null)).toBe(false);
    take(ahead, 100, 63, sizeBytes);
    expect(ahead.standsStill(64)).toBe(false);
    take(ahead, 163, 1, sizeBytes);
    expect(ahead.standsStill(64)).toBe(true);
  });

  it('holds nothing of what was superseded, and reads it again: ten times as far', () => {
    const ahead = readAhead();
    for (let offset = 0; offset < 999; offset += 1) {
      ahead.take({ offset, sizeBytes }, 0);
      if (offset > 5) ahead.superseded({ offset: offset - 1, sizeBytes });
    }
    expect(ahead.standsStill(0)).toBe(false);
    take(ahead, 999, 1);
    expect([ahead.standsStill(0), ahead.standsStill(1)]).toEqual([true, false]);
    // Below the lowest nothing is counted any more.
    ahead.superseded({ offset: 0, sizeBytes });
    take(ahead, 1_000, 100);
    expect([ahead.standsStill(1_000), ahead.standsStill(1_001)]).toEqual([true, false]);
  });

  it('takes no bytes for ahead when all is finished', () => {
    const ahead = readAhead();
    take(ahead, 0, 3, 50_000);
    expect([ahead.standsStill(2), ahead.standsStill(3), ahead.standsStill(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  describe('up to what a predecessor had claimed', () => {
    it.each([
      [{ size: 10, sizeBytes: 127_999 }, false],
      [{ size: 0, sizeBytes: 128_000 }, true],
    ])('may hold twice as much: %j', (pending, isFull) => {
      const ahead = readAhead({ claimed: 200 });
      take(ahead, 0, 199);
      expect(ahead.isFull(pending, 0)).toBe(isFull);
      take(ahead, 199, 1);
      expect(ahead.isFull(pending, 0)).toBe(true);
    });

    it('may not where no predecessor can have read so far: the offset was lost', () => {
      const ahead = readAhead({ claimed: 2_001 });
      take(ahead, 0, 20);
      expect(ahead.isFull({ size: 10, sizeBytes: 0 }, 0)).toBe(true);
    });

    it('knows of a gap that compaction has left below it, and of none above', () => {
      const [whole, without, above] = [1, 2, 3].map(() => readAhead({ start: 2, claimed: 5 }));
      take(whole!, 2, 5);
      take(without!, 3, 1);
      take(above!, 2, 3);
      take(above!, 9, 1);
      expect([whole, without, above].map((ahead) => ahead!.hasInheritedGap)).toEqual([false, true, false]);
    });
  });

  it.each([
    ['what was claimed', { claimed: 5 }, catchUpMs],
    ['what may have been written long ago', { claimed: 0, catchUpTo: 5 }, catchUpToMs],
  ])('waits for %s until it is read, or does not come', (_name, lease, waitMs) => {
    const ahead = readAhead(lease);
    take(ahead, 0, 2, 1, 1_000);
    expect([ahead.hasCaughtUp(1_000 + waitMs - 1), ahead.hasCaughtUp(1_000 + waitMs)]).toEqual([false, true]);
    take(ahead, 2, 2, 1, 1_000);
    expect(ahead.hasCaughtUp(1_000)).toBe(false);
    take(ahead, 4, 1, 1, 1_000);
    expect(ahead.hasCaughtUp(1_000)).toBe(true);
  });

  it('has caught up at once where nothing was before, and is asked again after a while', () => {
    expect([readAhead().hasCaughtUp(0), readAhead({ claimed: 5 }).hasCaughtUp(0)]).toEqual([true, false]);
    expect(readAhead().askAgainAt(7)).toBe(7 + catchUpToMs);
  });
});
