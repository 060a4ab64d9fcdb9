/** What is looked back at: long enough for a steady figure, short enough to notice a stop. */
const windowMs = 300_000;
/** Of less nothing can be said. */
const leastMs = 15_000;

/** When what waits will be finished. Milliseconds. */
export interface Outlook {
  /** Until nothing waits any more, at the pace of the last minutes; null: never, or not known. */
  drainMs: number | null;
  /** More comes than is finished. */
  isGrowing: boolean;
  /** Until what comes last waits for longer than the target of the flow: 0 now; null: it does not, as far as is known. */
  targetBreaksInMs: number | null;
}

export const noOutlook: Outlook = { drainMs: null, isGrowing: false, targetBreaksInMs: null };

interface Sample {
  at: number;
  finished: number;
  published: number;
}

/** How fast a group goes through a topic, by how far both have come, asked again and again. */
export class Pace {
  readonly #samples: Sample[] = [];

  /** @param finished @param published offsets, summed over the partitions */
  add(at: number, finished: number, published: number): void {
    const last = this.#samples.at(-1);
    // The group was set back, or the topic was made anew: what was before says nothing. Nor does it where nothing waits: how
    // little comes is no word on how fast it goes.
    if (last && (finished < last.finished || published < last.published)) this.#samples.length = 0;
    if (finished >= published) this.#samples.length = 0;
    this.#samples.push({ at, finished, published });
    while (at - this.#samples[0]!.at > windowMs) this.#samples.shift();
  }

  outlook(targetP95Ms: number | null): Outlook {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    const elapsedMs = first && last ? last.at - first.at : 0;
    if (!first || !last || elapsedMs < leastMs) return noOutlook;
    const waiting = last.published - last.finished;
    const finishedPerMs = (last.finished - first.finished) / elapsedMs;
    const growthPerMs = (last.published - first.published) / elapsedMs - finishedPerMs;
    if (waiting <= 0) return noOutlook;
    const isGrowing = this.#isGrowing();
    const rising = isGrowing ? growthPerMs : 0;
    const targetBreaksInMs = breaksIn(waiting, { finishedPerMs, growthPerMs: rising, targetP95Ms });
    return {
      drainMs: growthPerMs < 0 ? Math.round(waiting / -growthPerMs) : null,
      isGrowing,
      targetBreaksInMs,
    };
  }

  /** What came at once and waits for its time has grown, and grows no more. */
  #isGrowing(): boolean {
    const middle = this.#samples.length >> 1;
    const [first, half, last] = [0, middle, -1].map((place) => {
      const { published, finished } = this.#samples.at(place)!;
      return published - finished;
    });
    return last! > half! && half! > first!;
  }
}

/** What comes now waits until all before it is finished. */
function breaksIn(
  waiting: number,
  pace: { finishedPerMs: number; growthPerMs: number; targetP95Ms: number | null },
): number | null {
  const { finishedPerMs, growthPerMs, targetP95Ms } = pace;
  if (targetP95Ms === null) return null;
  // Nothing is finished: what waits longest is late when the target is over.
  if (finishedPerMs <= 0) return targetP95Ms;
  const mayWait = finishedPerMs * targetP95Ms;
  if (waiting >= mayWait) return 0;
  return growthPerMs > 0 ? Math.round((mayWait - waiting) / growthPerMs) : null;
}
