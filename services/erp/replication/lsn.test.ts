import { describe, expect, it } from '@jest/globals';
import { formatLsn, laterLsn, parseLsn } from './lsn.ts';

describe('a log position', () => {
  it.each([
    ['0/0', 0n],
    ['0/15D0F38', 0x15d0f38n],
    ['16/B374D848', 0x16_b374_d848n],
    ['FFFFFFFF/FFFFFFFF', 2n ** 64n - 1n],
  ])('%s is read and written alike', (text, lsn) => {
    expect(parseLsn(text)).toBe(lsn);
    expect(formatLsn(lsn)).toBe(text);
  });

  it('keeps the zeros inside its lower half', () => {
    expect(parseLsn('1/A')).toBe(0x1_0000_000an);
    expect(formatLsn(0x1_0000_000an)).toBe('1/A');
  });

  it.each(['', '1', '1/', '/1', 'x/1', '1/123456789', '1/1 '])('"%s" is none', (text) => {
    expect(() => parseLsn(text)).toThrow('is no log position');
  });

  it('has an order', () => {
    expect(laterLsn(parseLsn('1/0'), parseLsn('0/FFFFFFFF'))).toBe(parseLsn('1/0'));
  });
});
