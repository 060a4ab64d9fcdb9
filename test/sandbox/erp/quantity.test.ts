import { describe, expect, it } from '@jest/globals';
import { formatQuantity, parseQuantity } from './quantity.ts';

describe('quantity', () => {
  it('keeps four places exactly, both ways, with either sign', () => {
    for (const text of ['0.0000', '12.3450', '-0.0001', '-3.5000', '999999999999.9999']) {
      expect(formatQuantity(parseQuantity(text))).toBe(text);
    }
    expect(parseQuantity('12')).toBe(120_000n);
    expect(parseQuantity('0.5')).toBe(5_000n);
  });

  it('refuses what it would have to round', () => {
    for (const text of ['1.00001', '1e3', '', '.5', 'NaN'])
      expect(() => parseQuantity(text)).toThrow('four places');
  });
});
