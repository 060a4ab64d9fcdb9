import type { JsonObject } from '../rest/json.ts';
import type { Clock } from '../time-and-chance.ts';

/** One write call, or one part of it that has its own key (each row of a source-items batch). */
export interface JournalEntry {
  n: number;
  /** Monotonic time, for measuring; not comparable between processes. */
  monotonicMs: number;
  /** Wall clock, for comparing with other processes. */
  at: string;
  method: string;
  path: string;
  /** `source_item`, `product`, `shipment`, … or `call` when the call was refused before it touched anything. */
  resource: string;
  key: string;
  status: number;
  detail: JsonObject;
}

const ENTRIES_MAX = 200_000;

/** Append-only record of all writes: the oracle of tests that ask what really took effect, and when. */
export class Journal {
  readonly #clock: Clock;
  readonly #entries: JournalEntry[] = [];
  readonly #bugs: unknown[] = [];
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(entry: Omit<JournalEntry, 'n' | 'monotonicMs' | 'at'>): void {
    this.#last += 1;
    this.#entries.push({
      n: this.#last,
      monotonicMs: this.#clock.monotonicMs(),
      at: new Date(this.#clock.nowMs()).toISOString(),
      ...entry,
    });
    if (this.#entries.length > ENTRIES_MAX) this.#entries.splice(0, ENTRIES_MAX / 10);
  }

  /** Entries after number n; 0 gives all that are still kept. */
  since(n = 0): JournalEntry[] {
    const first = this.#entries[0]?.n ?? 1;
    return this.#entries.slice(Math.max(0, n + 1 - first));
  }

  /** Exceptions that became "Internal Error": faults of the stand-in itself, which a test can ask for. */
  bug(error: unknown): void {
    this.#bugs.push(error);
    console.error(error);
  }

  get bugs(): readonly unknown[] {
    return this.#bugs;
  }
}
