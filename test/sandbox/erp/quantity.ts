/** Ten-thousandths of a unit: what numeric(16,4) counts in. Sums of these are exact. */
export type TenThousandths = bigint;

/** Takes a decimal of at most four places, as the database writes it: `12`, `0.5`, `-3.0000`. */
export function parseQuantity(text: string): TenThousandths {
  const match = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(text);
  if (!match) throw new Error(`Not a quantity with at most four places: ${text}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const value = BigInt(whole + fraction.padEnd(4, '0'));
  return sign === '-' ? -value : value;
}

/** Writes exactly four places. */
export function formatQuantity(value: TenThousandths): string {
  const digits = (value < 0n ? -value : value).toString().padStart(5, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

export function smaller(one: TenThousandths, other: TenThousandths): TenThousandths {
  return one < other ? one : other;
}
