import type { Clock } from '../../clock.ts';
import type { ReadyGroup } from './ready-groups.ts';

/** How long entries wait for others of their batch group at most, while its batches keep the other side busy. */
export interface Linger {
  urgentMs: number;
  normalMs: number;
}

/** What was published together arrives within this. */
const gatherMs = 5;
/** After a batch its group rests for so many times as long as that took: a trickle costs the other side a quarter of its time. */
const restShare = 3;

interface Course {
  inWork: number;
  restsUntil: number;
}

/**
 * When what waits of a batch group is to be written: nearly at once while the other side has time, and together with what
 * comes meanwhile where its batches take long.
 */
export class Gathering {
  readonly #linger: Linger | undefined;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #courses = new Map<string, Course>();

  /** @param linger left out: nothing waits. */
  constructor(linger: Linger | undefined, clock: Pick<Clock, 'now'>) {
    this.#linger = linger;
    this.#clock = clock;
  }

  /** Milliseconds of the clock, in the past where it is due. */
  until({ batchGroup, urgentSince, normalSince }: ReadyGroup): number {
    if (this.#linger === undefined) return -Infinity;
    const [urgent, normal] = [urgentSince ?? Infinity, normalSince ?? Infinity];
    const longest = Math.min(urgent + this.#linger.urgentMs, normal + this.#linger.normalMs);
    const { inWork, restsUntil } = this.#courseOf(batchGroup);
    if (inWork > 0) return longest;
    return Math.min(longest, Math.max(Math.min(urgent, normal) + gatherMs, restsUntil));
  }

  /** A batch is in work until the promise settles. */
  during<Result>(batchGroup: string, work: () => Promise<Result>): Promise<Result> {
    const begunAt = this.#clock.now();
    const course = this.#courseOf(batchGroup);
    this.#courses.set(batchGroup, course);
    course.inWork += 1;
    return work().finally(() => {
      course.inWork -= 1;
      const now = this.#clock.now();
      course.restsUntil = Math.max(course.restsUntil, now + restShare * (now - begunAt));
    });
  }

  #courseOf(batchGroup: string): Course {
    return this.#courses.get(batchGroup) ?? { inWork: 0, restsUntil: 0 };
  }
}
