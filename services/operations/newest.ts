/**
 * The newest entries by time, at most `limit`, oldest first. Entries may come in any order: at start the partitions of
 * a topic are read one after the other.
 */
export class Newest<Entry> {
  readonly #limit: number;
  readonly #timeOf: (entry: Entry) => number;
  readonly #kept: Entry[] = [];

  constructor(limit: number, timeOf: (entry: Entry) => number) {
    this.#limit = limit;
    this.#timeOf = timeOf;
  }

  add(entry: Entry): void {
    const time = this.#timeOf(entry);
    const full = this.#kept.length >= this.#limit;
    if (full && time < this.#timeOf(this.#kept[0]!)) return;
    // Nearly always the newest of all, so that the place is found from the end.
    let place = this.#kept.length;
    while (place > 0 && this.#timeOf(this.#kept[place - 1]!) > time) place -= 1;
    this.#kept.splice(place, 0, entry);
    if (full) this.#kept.shift();
  }

  /** Oldest first. */
  entries(): readonly Entry[] {
    return this.#kept;
  }
}
