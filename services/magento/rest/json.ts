/**
 * JSON without floats. Magento writes money and quantities as JSON numbers, and what PHP's floats left in them
 * (60.8125, 3.55e-15) must reach the contracts as it stood there, so no number ever becomes a `number` on its way:
 * reading gives its source text, writing takes decimal text.
 */

const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Beyond this many places a number is noise or an attack, not money. */
const maxExponent = 60;

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/**
 * Parses JSON; every number comes out as its source text.
 * @throws SyntaxError when the text is no JSON.
 */
export function parseExact(text: string): unknown {
  return parseWithSource(text, (_key, value, context) =>
    typeof value === 'number' ? context.source : value,
  );
}

/** A JSON number with exactly these digits, for `JSON.stringify`. `text` is a decimal such as `12.5`. */
export function jsonNumber(text: string): unknown {
  return rawJSON(plainDecimal(text));
}

/**
 * The same value without exponent, without needless zeros, without minus zero: `3.550e-3` is `0.00355`.
 * @throws RangeError when the text is no decimal number.
 */
export function plainDecimal(text: string): string {
  const match = decimalPattern.exec(text);
  const exponent = Number(match?.[4] ?? 0);
  if (!match || Math.abs(exponent) > maxExponent) throw new RangeError(`"${text}" is no decimal number`);
  const [, sign, whole = '', fraction = ''] = match;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const integer = padded.slice(0, Math.max(point, 1)).replace(/^0+(?=\d)/, '');
  const decimals = padded.slice(Math.max(point, 1)).replace(/0+$/, '');
  const value = decimals ? `${integer}.${decimals}` : integer;
  return sign && value !== '0' ? `-${value}` : value;
}
