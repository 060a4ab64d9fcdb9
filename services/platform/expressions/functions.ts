/** What recipes may call besides JSONata's own functions. Each gives nothing for nothing, as those do. */
import { createHash } from 'node:crypto';
import { decimalOf, minorUnit, toMinor, toPlaces } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';

/** Behind this many places a float is noise. */
const floatPlaces = 12;

/** `$minor("36.39", 2)` is 3639: an integer, which floats add and compare exactly. */
function minor(amount: string | number | undefined, digits: number): number | undefined {
  return amount === undefined || amount === null ? undefined : toMinor(decimalOf(plain(amount)), digits);
}

/** `$money(3639, 2)` is "36.39". */
function money(minorUnits: number | undefined, digits: number): string | undefined {
  if (minorUnits === undefined || minorUnits === null) return undefined;
  return toPlaces((BigInt(minorUnits) * minorUnit(digits)) as Decimal, digits);
}

/** A short name of a long text: 32 hexadecimal digits of its SHA-256, for fields that are too short for `$key`. */
function digest(text: string | undefined): string | undefined {
  return text === undefined ? undefined : createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * `$rows($order.lines, function($line, $index) { … })`: a list of what the function gives for each, whatever that is. JSONata's
 * own way makes one thing of a list of one, and takes lists within lists apart: right for one line, wrong for two.
 */
function rows(list: unknown, make: (item: unknown, index: number) => unknown): Promise<unknown[]> {
  const items = list === undefined || list === null ? [] : Array.isArray(list) ? list : [list];
  return Promise.all(items.map((item, index) => make(item, index)));
}

/** What a sender wrote as 36.39 has just these digits as its shortest decimal text. */
function plain(amount: string | number): string {
  if (typeof amount === 'string') return amount.trim();
  return Math.abs(amount) < 1e-6 ? amount.toFixed(floatPlaces) : String(amount);
}

export const ownFunctions = { minor, money, digest, rows };
