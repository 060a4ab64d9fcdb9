import { describe, expect, it } from '@jest/globals';
import { assign } from './assigner.ts';

const partitions = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the assignment', () => {
  it('gives partition n of every topic to the same member', () => {
    const assignments = assign(
      ['b', 'a', 'c'],
      [
        { topic: 'small', partitions: partitions(4) },
        { topic: 'large', partitions: partitions(6) },
      ],
    );
    expect(Object.fromEntries(assignments)).toEqual({
      a: { small: [0, 3], large: [0, 3] },
      b: { small: [1], large: [1, 4] },
      c: { small: [2], large: [2, 5] },
    });
  });

  it('gives each partition to exactly one, whatever the number of members', () => {
    for (let members = 1; members <= 9; members++) {
      const ids = Array.from({ length: members }, (_, index) => `member-${index}`);
      const assignments = assign(ids, [{ topic: 't', partitions: partitions(6) }]);
      const given = [...assignments.values()].flatMap((one) => one.t ?? []);
      expect(given.toSorted((a, b) => a - b)).toEqual(partitions(6));
      expect(assignments.size).toBe(members);
    }
  });

  it('does not depend on the order in which members joined', () => {
    const topics = [{ topic: 't', partitions: partitions(6) }];
    expect(Object.fromEntries(assign(['x', 'y'], topics))).toEqual(
      Object.fromEntries(assign(['y', 'x'], topics)),
    );
  });
});
