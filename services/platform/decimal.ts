/**
 * Exact decimals on BigInt. Floats would turn 2 x 10.99 - 2.20 into 19.779999999999998 somewhere on the way, and a
 * cent that appears or vanishes between two systems is what Cartage must never cause.
 */
import { BoundedMap } from './bounded-map.ts';

/** A decimal, scaled by 10^12: eight places more than Magento keeps, so that its own float noise is seen as noise. */
export type Decimal = bigint & { readonly decimal: true };

const scale = 12;
/** One in the last of so many places. */
const units = Array.from({ length: scale + 1 }, (_, places) => 10n ** BigInt(scale - places));
export const one = units[0] as Decimal;

/** An order says the same few amounts over and over, and each reading of it asks for them again. */
const known = new BoundedMap<string, Decimal>(4_096);
const knownLength = 40;

export const zero = 0n as Decimal;

/**
 * Reads decimal text such as `60.8125`; null is zero, because Magento leaves out what is zero.
 * Digits behind the twelfth place are rounded.
 * @throws RangeError when the text is no plain decimal number.
 */
export function decimalOf(text: string | null): Decimal {
  if (text === null) return zero;
  if (text.length > knownLength) return read(text);
  let decimal = known.get(text);
  if (decimal === undefined) known.set(text, (decimal = read(text)));
  return decimal;
}

function read(text: string): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`"${text}" is no decimal number`);
  const [, sign, whole = '0', fraction = ''] = match;
  const kept = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  const rounded = (fraction[scale] ?? '0') >= '5' ? kept + 1n : kept;
  return (sign ? -rounded : rounded) as Decimal;
}

export const sum = (values: readonly Decimal[]): Decimal =>
  values.reduce<bigint>((total, value) => total + value, 0n) as Decimal;

export const minus = (left: Decimal, right: Decimal): Decimal => (left - right) as Decimal;

export const magnitude = (value: Decimal): Decimal => (value < 0n ? 0n - value : value) as Decimal;

export const times = (left: Decimal, right: Decimal): Decimal => divideRounded(left * right, one) as Decimal;

/** @throws RangeError when the divisor is zero. */
export const dividedBy = (left: Decimal, right: Decimal): Decimal =>
  divideRounded(left * one, right) as Decimal;

/** To so many places, half away from zero. */
export const rounded = (value: Decimal, places: number): Decimal => {
  const unit = units[places]!;
  return (divideRounded(value, unit) * unit) as Decimal;
};

/** One minor unit of a currency with so many digits: a cent is 0.01. */
export const minorUnit = (digits: number): Decimal => units[digits] as Decimal;

/**
 * Integer of minor units, half away from zero.
 * @throws RangeError beyond what a number holds exactly.
 */
export function toMinor(value: Decimal, digits: number): number {
  const minor = Number(divideRounded(value, minorUnit(digits)));
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${toPlaces(value, 4)} is no amount of money`);
  return minor;
}

export const fromMinor = (minor: number, digits: number): Decimal =>
  (BigInt(minor) * minorUnit(digits)) as Decimal;

/** Decimal text with exactly so many places, half away from zero: `1.7500`. */
export function toPlaces(value: Decimal, places: number): string {
  const scaled = divideRounded(magnitude(value), units[places]!)
    .toString()
    .padStart(places + 1, '0');
  const text = places === 0 ? scaled : `${scaled.slice(0, -places)}.${scaled.slice(-places)}`;
  return value < 0n && /[1-9]/.test(text) ? `-${text}` : text;
}

function divideRounded(value: bigint, divisor: bigint): bigint {
  if (divisor < 0n) return divideRounded(-value, -divisor);
  const half = divisor / 2n;
  return value < 0n ? -((-value + half) / divisor) : (value + half) / divisor;
}

/** The form of the contracts: four places. */
export const contractDecimal = (text: string): string => toPlaces(decimalOf(text), 4);

export function compareDecimals(left: string, right: string): -1 | 0 | 1 {
  const difference = decimalOf(left) - decimalOf(right);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}
