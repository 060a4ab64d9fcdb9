import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property } from 'fast-check';
import {
  compareDecimals,
  contractDecimal,
  decimalOf,
  dividedBy,
  minus,
  rounded,
  sum,
  times,
  toMinor,
  toPlaces,
} from './decimal.ts';

describe('decimal', () => {
  it('compares by value and writes four places', () => {
    expect(compareDecimals('10', '9.9999')).toBe(1);
    expect(compareDecimals('1.0', '1')).toBe(0);
    expect(compareDecimals('-1', '1')).toBe(-1);
    expect(contractDecimal('3.14159')).toBe('3.1416');
    expect(contractDecimal('-0.5')).toBe('-0.5000');
  });

  it('keeps what a float would not', () => {
    const sold = times(decimalOf('10.99'), decimalOf('2'));
    expect(toPlaces(minus(sold, decimalOf('2.2')), 4)).toBe('19.7800');
    expect(toPlaces(sum([decimalOf('0.1'), decimalOf('0.2')]), 4)).toBe('0.3000');
  });

  it.each([
    ['60.8125', 2, 6081],
    ['60.815', 2, 6082],
    ['-2.5', 2, -250],
    ['-0.005', 2, -1],
    ['1200', 0, 1200],
    ['1.2345', 3, 1235],
    ['0.00000000000000355', 2, 0],
  ])('%s with %d digits is %d minor units', (text, digits, minor) => {
    expect(toMinor(decimalOf(text), digits)).toBe(minor);
  });

  it.each([
    ['10', '3', '3.333333333333'],
    ['-2', '3', '-0.666666666667'],
    ['2', '-3', '-0.666666666667'],
  ])('%s divided by %s is %s', (left, right, quotient) => {
    expect(toPlaces(dividedBy(decimalOf(left), decimalOf(right)), 12)).toBe(quotient);
  });

  it('rounds half away from zero', () => {
    const text = (value: string, places: number) => toPlaces(rounded(decimalOf(value), places), 4);
    expect(['1.005', '1.0049', '-1.005'].map((value) => text(value, 2))).toEqual([
      '1.0100',
      '1.0000',
      '-1.0100',
    ]);
    expect(text('1.5', 0)).toBe('2.0000');
  });

  it('takes what Magento leaves out for zero, and refuses what is no number', () => {
    expect(toPlaces(decimalOf(null), 4)).toBe('0.0000');
    for (const text of ['', '1e3', '1,5', 'NaN', '.5', '--1'])
      expect(() => decimalOf(text)).toThrow(RangeError);
    expect(() => toMinor(decimalOf('99999999999999999'), 2)).toThrow(RangeError);
  });

  it('gives every amount of minor units back unchanged', () => {
    assert(
      property(integer({ min: -1e12, max: 1e12 }), constantFrom(0, 2, 3), (minor, digits) => {
        const text = toPlaces(decimalOf(String(Math.abs(minor)).padStart(13, '0')), 0);
        expect(Number(text)).toBe(Math.abs(minor));
        const whole = BigInt(minor) * 10n ** BigInt(12 - digits);
        expect(toMinor(whole as ReturnType<typeof decimalOf>, digits)).toBe(minor);
        expect(toMinor(decimalOf(toPlaces(whole as ReturnType<typeof decimalOf>, 4)), digits)).toBe(minor);
      }),
    );
  });
});
