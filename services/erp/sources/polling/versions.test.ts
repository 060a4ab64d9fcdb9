import { describe, expect, it } from '@jest/globals';
import { before, notAfter, orderOf, timeOf, versionOf } from './versions.ts';

const overlap = { overlapMs: 600_000, overlapCount: 50 };

describe('the version of a row', () => {
  it.each([
    [7, '7'],
    ['9007199254740993', '9007199254740993'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05'],
    ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02 03:04:05.6', '2026-01-02T03:04:05.6'],
    ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    ['2026-01-02', null],
    ['infinity', null],
    [null, null],
    [true, null],
  ])('%p is %p', (value, version) => {
    expect(versionOf(value)).toBe(version);
  });

  it('is ordered to the microsecond, and beyond what a float holds', () => {
    expect(orderOf('2026-01-02T03:04:05.000002Z') > orderOf('2026-01-02T03:04:05.000001')).toBe(true);
    expect(orderOf('2026-01-02T03:04:05.1Z')).toBe(orderOf('2026-01-02T03:04:05.100000'));
    expect(orderOf('9007199254740993') > orderOf('9007199254740992')).toBe(true);
  });

  it('is looked for from so much before, in its own form', () => {
    expect(before('2026-01-02T00:05:00.123456Z', overlap)).toBe('2026-01-01T23:55:00.123456Z');
    expect(before('2026-01-02T00:05:00', overlap)).toBe('2026-01-01T23:55:00.000000');
    expect(before('120', overlap)).toBe('70');
    expect(before('20', overlap)).toBe('0');
  });

  it('of tomorrow counts as of now', () => {
    const nowMs = Date.parse('2026-01-02T00:00:00Z');
    expect(notAfter('2099-01-01T00:00:00Z', nowMs)).toBe('2026-01-02T00:00:00.000Z');
    expect(notAfter('2099-01-01T00:00:00', nowMs)).toBe('2026-01-02T00:00:00.000');
    expect(notAfter('2025-01-01T00:00:00.5', nowMs)).toBe('2025-01-01T00:00:00.5');
    expect(notAfter('99', nowMs)).toBe('99');
  });

  it('says when it was, where it is a time', () => {
    expect(timeOf('2026-01-02T00:00:00.123456Z')).toBe(Date.parse('2026-01-02T00:00:00.123Z'));
    expect(timeOf('12')).toBeNull();
  });
});
