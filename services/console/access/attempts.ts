/** Wrong passwords of one source in a minute, after which it is heard no more until the minute is over. */
const wrongMax = 10;
const windowMs = 60_000;
/** Sources remembered; with more than that somebody is at work who has many, and all are forgotten at once. */
const sourcesMax = 10_000;

/** Counts wrong passwords by where they come from: nobody can keep others from logging in. */
export class Attempts {
  readonly #now: () => number;
  readonly #wrong = new Map<string, number>();
  #since = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  isTooMany(source: string): boolean {
    if (this.#now() - this.#since >= windowMs || this.#wrong.size >= sourcesMax) {
      this.#wrong.clear();
      this.#since = this.#now();
    }
    return (this.#wrong.get(source) ?? 0) >= wrongMax;
  }

  failed(source: string): void {
    this.#wrong.set(source, (this.#wrong.get(source) ?? 0) + 1);
  }
}
