import { describe, expect, it } from '@jest/globals';
import { compareDecimals, formatDecimal, normalDecimal, parseDecimal } from './decimal.ts';

describe('decimal texts', () => {
  it.each([
    ['5', '5.0000'],
    ['-0.5', '-0.5000'],
    ['3.14159', '3.1416'],
    ['-3.14155', '-3.1416'],
    ['0.00004', '0.0000'],
    ['99999999999999999999.1', '99999999999999999999.1000'],
  ])('%s is written %s', (text, normal) => expect(normalDecimal(text)).toBe(normal));

  it('adds without the noise of floats', () =>
    expect(formatDecimal(parseDecimal('0.1') + parseDecimal('0.2'))).toBe('0.3000'));

  it('compares by value', () => {
    expect(compareDecimals('10', '9.9999')).toBe(1);
    expect(compareDecimals('1.0', '1')).toBe(0);
    expect(compareDecimals('-1', '1')).toBe(-1);
  });

  it.each(['', '1,5', 'many', '1e3', '.5'])('refuses %p', (text) =>
    expect(() => parseDecimal(text)).toThrow(RangeError),
  );
});
