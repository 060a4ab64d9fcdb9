/**
 * Whom something is being told that reads much of the topics, such as a story: so there is a limit of them all, and never
 * two for one reader, so that nobody uses up what is there for all.
 */
export class Telling {
  readonly #sources = new Set<string>();
  readonly #atOnce: number;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Null while as many are being told as may be. */
  async to<Story>(source: string, tell: () => Promise<Story>): Promise<Story | null> {
    if (this.#sources.size >= this.#atOnce || this.#sources.has(source)) return null;
    this.#sources.add(source);
    try {
      return await tell();
    } finally {
      this.#sources.delete(source);
    }
  }
}
