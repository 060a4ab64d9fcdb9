import type { Change } from './change-log.ts';

/** Rows by key in the order of their first insertion, with the changes since the last commit. */
export class Table<Row> {
  readonly name: string;
  readonly #keyOf: (row: Row) => string;
  readonly #indexOf: ((row: Row) => string) | null;
  readonly #rows = new Map<string, Row>();
  readonly #index = new Map<string, Set<string>>();
  readonly #changed = new Map<string, Row | null>();

  /** @param indexOf a second way to look rows up; its value must not change while a row lives */
  constructor(name: string, keyOf: (row: Row) => string, indexOf: ((row: Row) => string) | null = null) {
    this.name = name;
    this.#keyOf = keyOf;
    this.#indexOf = indexOf;
  }

  get(key: string | number): Row | undefined {
    return this.#rows.get(String(key));
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }

  /** Rows under a value of the index, oldest first. */
  lookup(value: string): Row[] {
    return [...(this.#index.get(value) ?? [])]
      .map((key) => this.#rows.get(key))
      .filter((row) => row !== undefined);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Stores a new row or says that a row read before has been changed. */
  save(row: Row): Row {
    const key = this.#keyOf(row);
    this.#put(key, row);
    this.#changed.set(key, row);
    return row;
  }

  remove(row: Row): void {
    const key = this.#keyOf(row);
    this.#drop(key);
    this.#changed.set(key, null);
  }

  /** Takes a row from the state file. */
  restore(key: string, row: Row | null): void {
    if (row === null) this.#drop(key);
    else this.#put(key, row);
  }

  takeChanges(): Change[] {
    const changes = [...this.#changed].map(([key, row]) => ({ table: this.name, key, row }));
    this.#changed.clear();
    return changes;
  }

  snapshot(): Change[] {
    this.#changed.clear();
    return [...this.#rows].map(([key, row]) => ({ table: this.name, key, row }));
  }

  #put(key: string, row: Row): void {
    this.#rows.set(key, row);
    if (this.#indexOf === null) return;
    const value = this.#indexOf(row);
    const keys = this.#index.get(value) ?? new Set();
    this.#index.set(value, keys.add(key));
  }

  #drop(key: string): void {
    const row = this.#rows.get(key);
    if (row !== undefined && this.#indexOf !== null) this.#index.get(this.#indexOf(row))?.delete(key);
    this.#rows.delete(key);
  }
}
