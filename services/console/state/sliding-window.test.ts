import { describe, expect, it } from '@jest/globals';
import { day, hour as hourSize, SlidingWindow } from './sliding-window.ts';

const minute = 60_000;
const start = 1_000_000 * minute;

describe('the sliding window', () => {
  it('forgets what is older than an hour, also in a slot that is used again', () => {
    const hour = new SlidingWindow(hourSize);
    hour.add(start, 'applied', 500);
    hour.add(start + 30 * minute, 'held', null);
    expect(hour.at(start + 59 * minute).counts).toMatchObject({ applied: 1, held: 1 });
    expect(hour.at(start + 60 * minute).counts).toMatchObject({ applied: 0, held: 1 });
    expect(hour.at(start + 60 * minute).ages.percentile(0.5)).toBeNull();
    hour.add(start + 60 * minute, 'applied', 100);
    expect(hour.at(start + 60 * minute).counts.applied).toBe(1);
  });

  it('leaves out what comes an hour late, as at a start that reads a whole day', () => {
    const hour = new SlidingWindow(hourSize);
    hour.add(start + 60 * minute, 'applied', null);
    hour.add(start, 'applied', null);
    expect(hour.at(start + 60 * minute).counts.applied).toBe(1);
  });

  it('is drawn by its parts, those of yesterday left out', () => {
    const window = new SlidingWindow(day);
    const quarter = 15 * minute;
    const begin = 70_000 * quarter;
    window.add(begin, 'applied', 1_000);
    window.add(begin + quarter, 'rejected', null);
    window.add(begin + quarter, 'applied', 4_000);
    const points = window.points(begin + 95 * quarter);
    expect(points).toMatchObject([
      { at: begin, records: 1, rejected: 0 },
      { at: begin + quarter, records: 2, rejected: 1 },
    ]);
    expect(points[1]!.ageP95Ms! / 4_000).toBeCloseTo(1, 1);
    expect(window.points(begin + 96 * quarter)).toHaveLength(1);
  });

  it('counts a status it does not know', () => {
    const hour = new SlidingWindow(hourSize);
    hour.add(start, 'postponed', null);
    hour.add(start, 'toString', null);
    expect(hour.at(start).counts.other).toBe(2);
  });
});
