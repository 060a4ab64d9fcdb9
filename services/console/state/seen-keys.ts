/** A key that something has become of. */
export interface SeenKey {
  topic: string;
  key: string;
}

const limit = 20_000;
const likeLimit = 20;

/** The keys of the last 20,000 outcomes, for whoever remembers but a part of one. */
export class SeenKeys {
  readonly #ring: SeenKey[] = [];
  #next = 0;

  add(topic: string, key: string): void {
    this.#ring[this.#next] = { topic, key };
    this.#next = (this.#next + 1) % limit;
  }

  /** The newest that contain `text`. Asks every one in memory, which takes about a millisecond and needs no index. */
  like(text: string): SeenKey[] {
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    const found = inOrder.filter(({ key }) => key.includes(text)).toReversed();
    return [...new Map(found.map((one) => [JSON.stringify([one.topic, one.key]), one])).values()].slice(
      0,
      likeLimit,
    );
  }
}
