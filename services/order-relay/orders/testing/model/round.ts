/** PHP's `round` to two places: half away from zero, after what floats left behind the fifteenth digit is cut off. */
export function round(value: number): number {
  const hundredths = Number((Math.abs(value) * 100).toPrecision(15));
  return (Math.sign(value) * Math.round(hundredths)) / 100;
}

/** Rounds by carrying what was left over into the next number of the same key. */
export class DeltaRounding {
  readonly #deltas = new Map<string, number>();

  round(value: number, key: string, first = 0.000_001): number {
    if (value === 0) return 0;
    const whole = value + (this.#deltas.get(key) ?? first);
    this.#deltas.set(key, whole - round(whole));
    return round(whole);
  }
}

export const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
