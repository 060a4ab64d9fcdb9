/** Neighbouring bounds differ by this factor, so a percentile is off by at most 4 %. */
const growth = 1.08;
const buckets = 272;

/**
 * Ages in milliseconds, up to two weeks, in a fixed 1 kB: the number of records that went by in an hour has no bound,
 * and a percentile needs no more exactness than this.
 */
export class AgeHistogram {
  readonly #counts = new Uint32Array(buckets);

  add(ageMs: number): void {
    const bucket = Math.min(buckets - 1, Math.floor(Math.log(Math.max(0, ageMs) + 1) / Math.log(growth)));
    this.#counts[bucket]! += 1;
  }

  addAll(other: AgeHistogram): void {
    for (let bucket = 0; bucket < buckets; bucket += 1) this.#counts[bucket]! += other.#counts[bucket]!;
  }

  clear(): void {
    this.#counts.fill(0);
  }

  /** Age in milliseconds that `share` (0 to 1) of the records stayed within; null without records. */
  percentile(share: number): number | null {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    const rank = Math.max(1, Math.ceil(share * total));
    let seen = 0;
    const bucket = this.#counts.findIndex((count) => (seen += count) >= rank);
    return Math.round(growth ** (bucket + 0.5) - 1);
  }
}
