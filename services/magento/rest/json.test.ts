import { describe, expect, it } from '@jest/globals';
import { assert, double, pre, property } from 'fast-check';
import { jsonNumber, parseExact, plainDecimal } from './json.ts';

describe('numbers keep their digits', () => {
  it('reads every number as its source text', () => {
    const text =
      '{"grand_total":60.8125,"noise":3.55e-15,"big":123456789012345678901234.5,"list":[1,"2"],"n":null}';
    expect(parseExact(text)).toEqual({
      grand_total: '60.8125',
      noise: '3.55e-15',
      big: '123456789012345678901234.5',
      list: ['1', '2'],
      n: null,
    });
  });

  it('writes decimal text as a number, with exactly these digits', () => {
    expect(JSON.stringify({ qty: jsonNumber('12.5'), price: jsonNumber('0.10') })).toBe(
      '{"qty":12.5,"price":0.1}',
    );
    expect(JSON.stringify(jsonNumber('99999999.9999'))).toBe('99999999.9999');
  });

  it('refuses what is no number, so that nothing can be smuggled into the body', () => {
    for (const text of ['', '1,5', 'many', '1}', 'NaN', '1e999', ' 1', '0x1']) {
      expect(() => jsonNumber(text)).toThrow(RangeError);
    }
  });
});

describe('plainDecimal', () => {
  it.each([
    ['3.55e-15', '0.00000000000000355'],
    ['-3.55e-15', '-0.00000000000000355'],
    ['1.5e3', '1500'],
    ['1.2345E2', '123.45'],
    ['007.50', '7.5'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['0e5', '0'],
    ['10', '10'],
    ['12.3400', '12.34'],
  ])('%s is %s', (text, plain) => expect(plainDecimal(text)).toBe(plain));

  it('keeps the value, and says it in one way only', () => {
    assert(
      property(double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }), (value) => {
        pre(value === 0 || Math.abs(value) > 1e-40);
        const plain = plainDecimal(JSON.stringify(value));
        expect(Number(plain)).toBe(value === 0 ? 0 : value);
        expect(plainDecimal(plain)).toBe(plain);
      }),
      { seed: 20261, numRuns: 300 },
    );
  });
});
