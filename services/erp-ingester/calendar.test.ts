import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { missedRound, scheduleRounds } from './calendar.ts';

afterEach(() => {
  jest.useRealTimers();
});

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

describe('rounds of a calendar', () => {
  it('are due at its times, in its time zone, until they are ended', () => {
    jest.useFakeTimers({ now: Date.parse('2026-01-10T23:00:00Z') });
    const due: string[] = [];
    const streams = [
      { name: 'prices', again: '5 0 * * *' },
      { name: 'stock', again: null },
    ];
    const end = scheduleRounds(streams, 'Europe/Vienna', ({ name }) => due.push(name));
    jest.advanceTimersByTime(4 * 60_000);
    expect(due).toEqual([]);
    jest.advanceTimersByTime(2 * 60_000);
    expect(due).toEqual(['prices']);
    jest.advanceTimersByTime(24 * 3_600_000);
    expect(due).toEqual(['prices', 'prices']);
    end();
    jest.advanceTimersByTime(48 * 3_600_000);
    expect([due.length, jest.getTimerCount()]).toEqual([2, 0]);
  });
});
