import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Newest } from './newest.ts';

it('keeps the newest by time in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 1, max: 8 }), (times, limit) => {
      const newest = new Newest<number>(limit, (time) => time);
      for (const time of times) newest.add(time);
      expect(newest.entries()).toEqual(times.toSorted((a, b) => a - b).slice(-limit));
    }),
    { seed: 20_260_301 },
  );
});
