/** So many in each second, counted from the first one in it. */
export class RateLimit {
  private readonly maxPerSecond: number;
  private readonly monotonicMs: () => number;
  private windowEndsAt = -Infinity;
  private left = 0;

  constructor(maxPerSecond: number, monotonicMs: () => number) {
    this.maxPerSecond = maxPerSecond;
    this.monotonicMs = monotonicMs;
  }

  take(): boolean {
    const now = this.monotonicMs();
    if (now >= this.windowEndsAt) {
      this.windowEndsAt = now + 1_000;
      this.left = this.maxPerSecond;
    }
    this.left -= 1;
    return this.left >= 0;
  }
}
