import { describe, expect, it } from '@jest/globals';
import { types } from 'pg';
import { losslessTypes, textForms } from './values.ts';

const timestamptz = losslessTypes.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

describe('a point in time', () => {
  it.each([
    ['2026-03-29 02:30:00.123456+00', '2026-03-29T02:30:00.123456Z'],
    ['2026-03-29 02:30:00.123456+02', '2026-03-29T00:30:00.123456Z'],
    ['2026-01-01 01:00:00+05:30', '2025-12-31T19:30:00Z'],
    ['2025-12-31 22:00:00.5-03', '2026-01-01T01:00:00.5Z'],
    ['1890-01-01 00:00:00+01:05:21', '1889-12-31T22:54:39Z'],
    ['10000-01-01 00:00:00+01', '9999-12-31T23:00:00Z'],
    ['12026-01-01 00:00:00+01', '12025-12-31T23:00:00Z'],
    ['infinity', 'infinity'],
    ['0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
  ])('%s is the same in UTC, to the microsecond', (said, meant) => {
    expect(timestamptz(said)).toBe(meant);
  });

  it('without a zone stays without one', () => {
    const timestamp = losslessTypes.getTypeParser(types.builtins.TIMESTAMP) as (text: string) => unknown;
    expect(timestamp('2026-03-29 02:30:00.1')).toBe('2026-03-29T02:30:00.1');
  });
});

it('the day turns where the configuration says, else where the database does', () => {
  expect(textForms('local', "it's")).toContain("set local timezone = 'it''s'");
  expect(textForms('local', null)).not.toContain('timezone');
});
