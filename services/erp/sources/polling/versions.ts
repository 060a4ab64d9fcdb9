/**
 * Versions of rows as an ERP keeps them: a time (`modified`), or a number that rises. As text: `2026-01-02T03:04:05.678Z`,
 * the same without a zone where the column has none, or digits.
 */
export type RowVersion = string;

/** Null where it is neither. Times of other zones are turned to UTC, to the millisecond. */
export function versionOf(value: unknown): RowVersion | null {
  const given = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof given !== 'string') return null;
  const text = given.replace(/^(\S{10}) /, '$1T');
  if (isNumber(text) || timePattern.test(text)) return text;
  return zonedPattern.test(text) ? new Date(text).toISOString() : null;
}

/** Rises with the version; times in microseconds, those without a zone as if they were UTC. */
export function orderOf(version: RowVersion): bigint {
  if (isNumber(version)) return BigInt(version);
  const [, seconds, fraction = ''] = timePattern.exec(version)!;
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

export interface Overlap {
  overlapMs: number;
  overlapCount: number;
}

/** So much before: changes that were made before it may be seen only after it. Of the same kind, never below nothing. */
export function before(version: RowVersion, { overlapMs, overlapCount }: Overlap): RowVersion {
  if (isNumber(version)) {
    const from = BigInt(version) - BigInt(overlapCount);
    return String(from < 0n ? 0n : from);
  }
  const micros = orderOf(version) - BigInt(overlapMs) * 1000n;
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19);
  const zone = version.endsWith('Z') ? 'Z' : '';
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}${zone}`;
}

/** A row that says it is of tomorrow must not hide what is of today. Numbers have no now. */
export function notAfter(version: RowVersion, nowMs: number): RowVersion {
  if (isNumber(version) || orderOf(version) <= BigInt(nowMs) * 1000n) return version;
  const now = new Date(nowMs).toISOString().slice(0, -1);
  return version.endsWith('Z') ? `${now}Z` : now;
}

/** Of a time, milliseconds. */
export const timeOf = (version: RowVersion): number | null =>
  isNumber(version) ? null : Number(orderOf(version) / 1000n);

const timePattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z?$/;
const zonedPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:?\d\d$/;
const isNumber = (text: string): boolean => /^\d+$/.test(text);
