/**
 * Exact arithmetic for money and quantities. Floats enter and leave as decimal text; in between everything is
 * an integer of 10^-12. Magento itself rounds to cents half away from zero.
 */
const PLACES = 12;

export type Decimal = bigint;

export function decimal(value: number): Decimal {
  const text = Math.abs(value) < 1e-6 || Math.abs(value) >= 1e21 ? value.toFixed(PLACES) : String(value);
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.slice(0, PLACES).padEnd(PLACES, '0'));
  return value < 0 ? -digits : digits;
}

export function number(value: Decimal): number {
  const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, '0');
  return Number(`${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`);
}

export function times(left: Decimal, right: Decimal): Decimal {
  return divideRounded(left * right, 10n ** BigInt(PLACES));
}

export function over(left: Decimal, right: Decimal): Decimal {
  return divideRounded(left * 10n ** BigInt(PLACES), right);
}

/** Half away from zero, as PHP's round(). */
export function round(value: Decimal, places: number): Decimal {
  const unit = 10n ** BigInt(PLACES - places);
  return divideRounded(value, unit) * unit;
}

export function sum(values: readonly number[]): number {
  return number(values.reduce((total, value) => total + decimal(value), 0n));
}

export function product(left: number, right: number): number {
  return number(times(decimal(left), decimal(right)));
}

export function cents(value: number): number {
  return number(round(decimal(value), 2));
}

function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const [a, b] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const quotient = (a * 2n + b) / (b * 2n);
  return negative ? -quotient : quotient;
}
