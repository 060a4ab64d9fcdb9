import { BoundedMap } from '../../platform/bounded-map.ts';

/** Only who has signed is counted, so these are few; one that is forgotten begins anew. */
const maxSources = 1_000;

/** So many of each source in each second, counted from its first one in it. */
export class RateLimit {
  readonly #maxPerSecond: number;
  readonly #monotonicMs: () => number;
  readonly #windows = new BoundedMap<string, { endsAt: number; left: number }>(maxSources);

  constructor(maxPerSecond: number, monotonicMs: () => number) {
    this.#maxPerSecond = maxPerSecond;
    this.#monotonicMs = monotonicMs;
  }

  take(source: string): boolean {
    const now = this.#monotonicMs();
    let window = this.#windows.get(source);
    if (window === undefined || now >= window.endsAt) {
      window = { endsAt: now + 1_000, left: this.#maxPerSecond };
      this.#windows.set(source, window);
    }
    window.left -= 1;
    return window.left >= 0;
  }
}
