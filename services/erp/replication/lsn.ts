/**
 * A log position of PostgreSQL: the number of bytes of write-ahead log before it.
 * It is a bigint inside (comparable, 64 bits) and `16/B374D848` on the wire and on screens.
 */
export type Lsn = bigint;

const lsnPattern = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** @throws {TypeError} when the text is not a log position. */
export function parseLsn(text: string): Lsn {
  const match = lsnPattern.exec(text);
  if (!match) throw new TypeError(`"${text}" is no log position; it should look like 16/B374D848`);
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

export function laterLsn(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b;
}
