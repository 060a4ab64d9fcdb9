/**
 * How many decimal digits the minor unit of a currency stands for: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217,
 * as the runtime's own tables have it). A code that nobody knows counts as one with two digits.
 */
export function currencyDigits(code: string): number {
  const known = digitsByCode.get(code);
  if (known !== undefined) return known;
  let digits = 2;
  try {
    digits =
      new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
        .maximumFractionDigits ?? 2;
  } catch {
    // Not even the form of a code: the shop's own invention.
  }
  digitsByCode.set(code, digits);
  return digits;
}

/** Intl.NumberFormat costs about 50 us a piece. Bounded by the currencies of a shop. */
const digitsByCode = new Map<string, number>();
