import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress.ts';

const progressOf = (...reach: [position: number, end: number][]) => {
  const progress = new Progress();
  progress.begin(new Map(reach.map(([position, end], partition) => [partition, { position, end }])));
  return progress;
};

describe('how far a topic is read', () => {
  it('is its end where it was never read, and where it was left otherwise', () => {
    const anew = progressOf([3, 9], [0, 4]);
    expect([anew.goOnFrom(null), anew.offsets, anew.isAtEnd]).toEqual([false, { 0: 9, 1: 4 }, true]);
    const left = progressOf([3, 9], [0, 4]);
    // Partition 1 is new since.
    expect(left.goOnFrom({ topicId: null, offsets: { 0: 9 } })).toBe(false);
    expect([left.offsets, left.isAtEnd]).toEqual([{ 0: 9, 1: 0 }, false]);
  });

  it('is the beginning of what is there, where records are gone or the topic is a shorter one', () => {
    for (const offset of [2, 10]) {
      const progress = progressOf([3, 9]);
      expect(progress.goOnFrom({ topicId: null, offsets: { 0: offset } })).toBe(true);
      expect(progress.offsets).toEqual({ 0: 3 });
    }
  });

  it('goes on with each record, never back, and begins again with another topic', () => {
    const progress = progressOf([0, 2]);
    progress.passed(0, 2);
    progress.passed(0, 1);
    progress.passed(7, 1);
    expect([progress.positionOf(0), progress.positionOf(7), progress.isAtEnd]).toEqual([2, 0, true]);
    progress.restart();
    expect([progress.positionOf(0), progress.isAtEnd]).toEqual([0, false]);
    progress.passed(0, 5);
    progress.endsAt(new Map([[0, { position: 0, end: 5 }]]));
    expect([progress.offsets, progress.isAtEnd]).toEqual([{ 0: 5 }, true]);
  });
});
