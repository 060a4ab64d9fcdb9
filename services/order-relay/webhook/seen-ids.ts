import { BoundedMap } from '../../platform/bounded-map.ts';

/** What `SeenIds` needs to know of an answer. */
export interface Memorable {
  /** The id is to be remembered: what it asked for is done. */
  done: boolean;
}

/**
 * Ids of deliveries that were answered for good. An id is remembered only after its work was acknowledged; while it is
 * in work, a second delivery of it shares the first one's answer. Bounded by time and number: an id that is forgotten
 * too early makes one more request, which is harmless.
 */
export class SeenIds<Answer extends Memorable> {
  /** Id to the time from which it may come again. */
  readonly #doneUntil: BoundedMap<string, number>;
  readonly #inWork = new Map<string, Promise<Answer>>();
  readonly #options: { ttlMs: number; max: number; now: () => number };

  constructor(options: { ttlMs: number; max: number; now: () => number }) {
    this.#options = options;
    this.#doneUntil = new BoundedMap(options.max);
  }

  isDone(id: string): boolean {
    const until = this.#doneUntil.get(id);
    return until !== undefined && until > this.#options.now();
  }

  /** The answer under way for this id, if there is one. */
  underWay(id: string): Promise<Answer> | undefined {
    return this.#inWork.get(id);
  }

  /** Runs the work of a new id. */
  begin(id: string, work: Promise<Answer>): Promise<Answer> {
    const watched = work.then(
      (answer) => {
        this.#inWork.delete(id);
        if (answer.done) this.#doneUntil.set(id, this.#options.now() + this.#options.ttlMs);
        return answer;
      },
      (error: unknown) => {
        this.#inWork.delete(id);
        throw error;
      },
    );
    this.#inWork.set(id, watched);
    return watched;
  }
}
