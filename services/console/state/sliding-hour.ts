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
  minute: number;
  counts: Counts;
  ages: AgeHistogram;
}

const minuteMs = 60_000;
const minutes = 60;

export const noCounts = (): Counts => ({
  applied: 0,
  unchanged: 0,
  superseded: 0,
  dry: 0,
  held: 0,
  rejected: 0,
  other: 0,
});

/** Counts and ages of the last hour, by the minute: the minute that runs and the 59 before it. */
export class SlidingHour {
  readonly #slots: Slot[] = Array.from({ length: minutes }, () => ({
    minute: -1,
    counts: noCounts(),
    ages: new AgeHistogram(),
  }));

  /** `ageMs` is null where the record does not say since when it was true. */
  add(finishedAt: number, status: string, ageMs: number | null): void {
    const minute = Math.floor(finishedAt / minuteMs);
    const slot = this.#slots[minute % minutes]!;
    if (minute < slot.minute) return;
    if (minute > slot.minute) {
      slot.minute = minute;
      slot.counts = noCounts();
      slot.ages.clear();
    }
    slot.counts[Object.hasOwn(slot.counts, status) ? (status as keyof Counts) : 'other'] += 1;
    if (ageMs !== null) slot.ages.add(ageMs);
  }

  at(now: number): { counts: Counts; ages: AgeHistogram } {
    const counts = noCounts();
    const ages = new AgeHistogram();
    const current = Math.floor(now / minuteMs);
    for (const slot of this.#slots) {
      if (slot.minute <= current - minutes) continue;
      for (const status of Object.keys(counts) as (keyof Counts)[]) counts[status] += slot.counts[status];
      ages.addAll(slot.ages);
    }
    return { counts, ages };
  }
}
