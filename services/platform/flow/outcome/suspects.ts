import type { Clock } from '../../clock.ts';

/**
 * Records that may be parked on the word of a probe, one after the other without a write that worked between them. A
 * probe is another kind of call: when one kind fails for all (an extension that breaks shipments), it still succeeds,
 * and good records would be parked by the dozen. Beyond them one each time this has passed: where no other record is
 * left that could work, those that always fail would be tried, and hold their partitions up, for good.
 */
const suspectsInRow = 3;
const anotherSuspectMs = 600_000;

/** Which records are parked because their tries fail while a probe of the other side succeeds. Of one flow. */
export class Suspects {
  readonly #clock: Clock;
  readonly #probe: () => Promise<void>;
  /**
   * Records after whose last try a probe succeeded: only a try between two such says that it is the record. An outage may
   * end just after a try.
   */
  readonly #suspected = new WeakSet<object>();
  /** Records parked on the word of a probe since the last write that worked. */
  #parked = 0;
  #parkedAt = 0;

  constructor(clock: Clock, probe: () => Promise<void>) {
    this.#clock = clock;
    this.#probe = probe;
  }

  wroteWell(): void {
    this.#parked = 0;
  }

  /** Asks the probe. What is at fault here is to be parked: it is counted. */
  async isAtFault(triedOn: object, isLastTry: boolean): Promise<boolean> {
    const wasSuspected = this.#suspected.delete(triedOn);
    if (!this.#mayPark() || !(await this.probeSucceeds())) return false;
    this.#suspected.add(triedOn);
    // Others may have been parked while the probe was under way.
    if (!isLastTry || !wasSuspected || !this.#mayPark()) return false;
    this.#parked += 1;
    this.#parkedAt = this.#clock.now();
    return true;
  }

  async probeSucceeds(): Promise<boolean> {
    try {
      await this.#probe();
      return true;
    } catch {
      return false;
    }
  }

  #mayPark(): boolean {
    if (this.#parked < suspectsInRow) return true;
    return this.#clock.now() - this.#parkedAt >= anotherSuspectMs;
  }
}
