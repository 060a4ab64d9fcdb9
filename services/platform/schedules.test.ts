import { expect, it } from '@jest/globals';
import { intervalOf, quietHoursOf, scheduleProblem } from './schedules.ts';

it('a schedule is quiet hours of the day, or a time of up to a day', () => {
  expect(quietHoursOf('22:00-05:30')).toEqual({ from: 79_200_000, to: 19_800_000 });
  expect(['30m', '2h', '24h', '1m'].map(intervalOf)).toEqual([1_800_000, 7_200_000, 86_400_000, 60_000]);
  for (const wrong of ['24:00-05:00', '22:00', '22:00-5:00', '22:00-22:00', '30m', '', null])
    expect(quietHoursOf(wrong)).toBe(null);
  for (const wrong of ['25h', '0m', '30', '30s', '1.5h', '22:00-05:00', '', null])
    expect(intervalOf(wrong)).toBe(null);
});

it('says how it is to be written, by process', () => {
  expect(scheduleProblem('catalog-applier', '30m')).toContain('22:00-05:00');
  expect(scheduleProblem('reconciler', '22:00-05:00')).toContain('30m or 2h');
  expect([scheduleProblem('catalog-applier', '22:00-05:00'), scheduleProblem('reconciler', null)]).toEqual([
    null,
    null,
  ]);
});
