/**
 * Exact arithmetic on the decimal texts of the contracts (quantities, unit prices): four places, held as integers of
 * one ten-thousandth. Floats never take part.
 */
const places = 4;
const scale = 10n ** BigInt(places);
const decimalText = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Ten-thousandths of a decimal text; digits beyond the fourth place are rounded half away from zero. */
export function parseDecimal(text: string): bigint {
  const match = decimalText.exec(text.trim());
  if (!match) throw new RangeError(`"${text}" is not a decimal number`);
  const [, sign, whole = '0', fraction = ''] = match;
  const kept = BigInt(whole) * scale + BigInt(fraction.slice(0, places).padEnd(places, '0'));
  const magnitude = (fraction[places] ?? '0') >= '5' ? kept + 1n : kept;
  return sign === '-' ? -magnitude : magnitude;
}

/** The text of the contracts: always four places. */
export function formatDecimal(tenThousandths: bigint): string {
  const magnitude = tenThousandths < 0n ? -tenThousandths : tenThousandths;
  const digits = magnitude.toString().padStart(places + 1, '0');
  return `${tenThousandths < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** A decimal text in the form of the contracts. */
export function normalDecimal(text: string): string {
  return formatDecimal(parseDecimal(text));
}

export function compareDecimals(left: string, right: string): -1 | 0 | 1 {
  const difference = parseDecimal(left) - parseDecimal(right);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}
