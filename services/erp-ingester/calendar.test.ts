import { expect, it } from '@jest/globals';
import { missedRound } from './calendar.ts';

it('a round is missed when one was due since the last began, in the time zone of the calendar', () => {
  const begun = Date.parse('2026-01-10T12:00:00Z');
  const missed = (timezone: string, now: string) =>
    missedRound('5 0 * * *', timezone, begun, Date.parse(now));
  expect(missed('UTC', '2026-01-11T00:04:00Z')).toBe(false);
  expect(missed('UTC', '2026-01-11T00:05:00Z')).toBe(true);
  expect(missed('Europe/Vienna', '2026-01-10T23:05:00Z')).toBe(true);
  expect(missedRound(null, 'UTC', begun, Infinity)).toBe(false);
  expect(missedRound('5 0 * * *', 'UTC', null, begun)).toBe(false);
});
