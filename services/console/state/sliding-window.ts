import { AgeHistogram } from '../../operations/age-histogram.ts';

/** Ends of a record's handling; `other` is what a later version may add. */
export interface Counts {
  applied: number;
  unchanged: number;
  superseded: number;
  dry: number;
  held: number;
  rejected: number;
  other: number;
}

interface Slot {
  /** Number of slots since 1970. */
  number: number;
  counts: Counts;
  ages: AgeHistogram;
}

/** A part of the window, as it is drawn. */
export interface Point {
  /** When it begins, UTC milliseconds. */
  at: number;
  records: number;
  rejected: number;
  ageP95Ms: number | null;
}

/** How many parts, and how long each of them is. */
export interface WindowSize {
  slots: number;
  slotMs: number;
}

export const hour: WindowSize = { slots: 60, slotMs: 60_000 };
export const day: WindowSize = { slots: 96, slotMs: 900_000 };

export const noCounts = (): Counts => ({
  applied: 0,
  unchanged: 0,
  superseded: 0,
  dry: 0,
  held: 0,
  rejected: 0,
  other: 0,
});

/** Counts and ages of what is newest, by parts: the one that runs and those before it. About 1.2 kB each. */
export class SlidingWindow {
  readonly #slots: Slot[];
  readonly #slotMs: number;

  constructor({ slots, slotMs }: WindowSize) {
    this.#slotMs = slotMs;
    this.#slots = Array.from({ length: slots }, () => ({
      number: -1,
      counts: noCounts(),
      ages: new AgeHistogram(),
    }));
  }

  /** `ageMs` is null where the record does not say since when it was true. */
  add(finishedAt: number, status: string, ageMs: number | null): void {
    const number = Math.floor(finishedAt / this.#slotMs);
    const slot = this.#slots[number % this.#slots.length]!;
    if (number < slot.number) return;
    if (number > slot.number) {
      slot.number = number;
      slot.counts = noCounts();
      slot.ages.clear();
    }
    slot.counts[Object.hasOwn(slot.counts, status) ? (status as keyof Counts) : 'other'] += 1;
    if (ageMs !== null) slot.ages.add(ageMs);
  }

  at(now: number): { counts: Counts; ages: AgeHistogram } {
    const counts = noCounts();
    const ages = new AgeHistogram();
    for (const slot of this.#kept(now)) {
      for (const status of Object.keys(counts) as (keyof Counts)[]) counts[status] += slot.counts[status];
      ages.addAll(slot.ages);
    }
    return { counts, ages };
  }

  /** What has something in it, the oldest first. */
  points(now: number): Point[] {
    return this.#kept(now)
      .toSorted((one, other) => one.number - other.number)
      .map(({ number, counts, ages }) => ({
        at: number * this.#slotMs,
        records: Object.values(counts).reduce((sum, one) => sum + one, 0),
        rejected: counts.rejected,
        ageP95Ms: ages.percentile(0.95),
      }));
  }

  #kept(now: number): Slot[] {
    const oldest = Math.floor(now / this.#slotMs) - this.#slots.length;
    return this.#slots.filter(({ number }) => number > oldest);
  }
}
