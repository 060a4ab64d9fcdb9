import { describe, expect, it } from '@jest/globals';
import { SlidingHour } from './sliding-hour.ts';

const minute = 60_000;
const start = 1_000_000 * minute;

describe('the sliding hour', () => {
  it('forgets what is older than an hour, also in a slot that is used again', () => {
    const hour = new SlidingHour();
    hour.add(start, 'applied', 500);
    hour.add(start + 30 * minute, 'held', null);
    expect(hour.at(start + 59 * minute).counts).toMatchObject({ applied: 1, held: 1 });
    expect(hour.at(start + 60 * minute).counts).toMatchObject({ applied: 0, held: 1 });
    expect(hour.at(start + 60 * minute).ages.percentile(0.5)).toBeNull();
    hour.add(start + 60 * minute, 'applied', 100);
    expect(hour.at(start + 60 * minute).counts.applied).toBe(1);
  });

  it('leaves out what comes an hour late, as at a start that reads a whole day', () => {
    const hour = new SlidingHour();
    hour.add(start + 60 * minute, 'applied', null);
    hour.add(start, 'applied', null);
    expect(hour.at(start + 60 * minute).counts.applied).toBe(1);
  });

  it('counts a status it does not know', () => {
    const hour = new SlidingHour();
    hour.add(start, 'postponed', null);
    hour.add(start, 'toString', null);
    expect(hour.at(start).counts.other).toBe(2);
  });
});
