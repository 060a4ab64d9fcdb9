/** Values of MySQL and MariaDB without loss, in the forms that `erp/values.ts` gives those of PostgreSQL. */
import { isoTime, parseJson } from '../values.ts';

/** As the driver hands a field over; the last ones are of MariaDB, whose JSON is a text with a mark. */
export interface FieldValue {
  type: string;
  extendedFormat?: string | undefined;
  buffer(): Buffer | null;
}

/** What makes the driver give text for whatever a number or a Date would round or shift. */
export const losslessOptions = {
  supportBigNumbers: true,
  bigNumberStrings: true,
  decimalNumbers: false,
  dateStrings: true,
  jsonStrings: true,
};

/**
 * Integers to 32 bits and floats are numbers, bigint and decimal strings, times ISO 8601 to the microsecond (`timestamp`
 * with a Z: sessions are in UTC; `datetime` without, as it has no zone), JSON parsed, one bit 0 or 1, bytes `\x…`, all
 * else text. A boolean is a number here: the database has no other.
 */
export function losslessValue(field: FieldValue, next: () => unknown): unknown {
  if (field.type === 'BIT') return bitsOf(field.buffer());
  const value = next();
  if (value === null) return null;
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (typeof value !== 'string') return value;
  if (field.type === 'JSON' || field.extendedFormat === 'json') return parseJson(value);
  if (field.type === 'TIMESTAMP') return isoTime(`${value}+00`);
  return field.type === 'DATETIME' ? isoTime(value) : value;
}

function bitsOf(bytes: Buffer | null): number | string | null {
  if (bytes === null) return null;
  const bits = [...bytes].reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return bits <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bits) : String(bits);
}
