import { compareDecimals } from '../../platform/decimal.ts';

/** What an amount begins with. */
export const amount = /^-?\d+(\.\d+)?/;

/** `12.5` is `12.50`, with a unit behind it or without. */
export function isSameValue(ours: string | null, theirs: string | null): boolean {
  if (ours === theirs) return true;
  const [left, right] = [amount.exec(ours ?? ''), amount.exec(theirs ?? '')];
  if (left === null || right === null) return false;
  const rest = (text: string | null, found: RegExpExecArray) => text!.slice(found[0].length);
  return rest(ours, left) === rest(theirs, right) && compareDecimals(left[0], right[0]) === 0;
}
