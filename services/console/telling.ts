/**
 * Whom something is being told that reads much of the topics, such as a story: so there is a limit of them all, and never
 * two for one reader, so that nobody uses up what is there for all: who asks again waits until the first is told, because
 * the page that wanted it may be gone.
 */
export class Telling {
  /** Who is being told, until then. */
  readonly #told = new Map<string, Promise<void>>();
  /** The newest question of whoever asks again meanwhile; an older one that waits is given up. */
  readonly #next = new Map<string, symbol>();
  readonly #atOnce: number;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Null while as many are being told as may be, and for a question after which the same reader has asked another. */
  async to<Story>(source: string, tell: () => Promise<Story>): Promise<Story | null> {
    const own = Symbol('question');
    this.#next.set(source, own);
    while (this.#told.has(source)) {
      await this.#told.get(source);
      if (this.#next.get(source) !== own) return null;
    }
    this.#next.delete(source);
    if (this.#told.size >= this.#atOnce) return null;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#told.set(source, promise);
    try {
      return await tell();
    } finally {
      this.#told.delete(source);
      resolve();
    }
  }
}
