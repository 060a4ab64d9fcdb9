import { describe, expect, it } from '@jest/globals';
import { assert, double, json, pre, property, string } from 'fast-check';
import { jsonNumber, parseExact, plainDecimal } from './json.ts';

/** The slow way. */
function byReviver(text: string): unknown {
  type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
  const reviver: Reviver = (_key, value, { source }) => (typeof value === 'number' ? source : value);
  return (JSON.parse as (given: string, by: Reviver) => unknown)(text, reviver);
}

function tried(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as Error).name;
  }
}

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

  it('reads whatever JSON can hold, and refuses what is none', () => {
    const odd = [
      '-0',
      '0.0',
      '1E+5',
      '[1 , -2.50 ]',
      ' {"a":1}\n',
      '"12"',
      '"\\\\"',
      '["\\"1",2]',
      '{"1":2}',
    ];
    const none = [
      '',
      '01',
      '1.',
      '-',
      '+1',
      '.5',
      '1e',
      '[1.2.3]',
      '{1:2}',
      '{1 : 2}',
      '1 2',
      '"1',
      '[1a]',
      '--1',
    ];
    for (const text of odd) expect(parseExact(text)).toEqual(byReviver(text));
    for (const text of none) expect(() => parseExact(text)).toThrow(SyntaxError);
    assert(
      property(json(), (text) => expect(parseExact(text)).toEqual(byReviver(text))),
      { seed: 20261, numRuns: 300 },
    );
    // Broken in some place: both refuse it, or both read the same.
    assert(
      property(json(), string({ maxLength: 2 }), (text, more) => {
        const broken = text.slice(0, text.length >> 1) + more + text.slice((text.length >> 1) + 1);
        expect(tried(() => parseExact(broken))).toEqual(tried(() => byReviver(broken)));
      }),
      { seed: 20261, numRuns: 500 },
    );
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
