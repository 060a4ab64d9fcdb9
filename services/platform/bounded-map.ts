/**
 * A map that holds no more than `max` entries: it forgets the half that was written longest ago when it is full.
 *
 * By halves, because a Map from which the oldest entry is deleted each time walks over all the places that were left
 * before it: at 100,000 entries that cost more than everything else of a webhook but its signature.
 */
export class BoundedMap<Key, Value> {
  readonly #halfMax: number;
  #recent = new Map<Key, Value>();
  #older = new Map<Key, Value>();

  constructor(max: number) {
    this.#halfMax = Math.max(1, Math.floor(max / 2));
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  get(key: Key): Value | undefined {
    return this.#recent.get(key) ?? this.#older.get(key);
  }

  has(key: Key): boolean {
    return this.#recent.has(key) || this.#older.has(key);
  }

  delete(key: Key): void {
    this.#recent.delete(key);
    this.#older.delete(key);
  }

  set(key: Key, value: Value): void {
    if (this.#older.size > 0) this.#older.delete(key);
    this.#recent.set(key, value);
    if (this.#recent.size < this.#halfMax) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}
