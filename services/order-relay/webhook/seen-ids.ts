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
  /** Id to the time it may be forgotten at; in the order of these times, because each lives equally long. */
  readonly #done = new Map<string, number>();
  readonly #inWork = new Map<string, Promise<Answer>>();
  readonly #options: { ttlMs: number; max: number; now: () => number };

  constructor(options: { ttlMs: number; max: number; now: () => number }) {
    this.#options = options;
  }

  get size(): number {
    return this.#done.size;
  }

  isDone(id: string): boolean {
    const until = this.#done.get(id);
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
        if (answer.done) this.#remember(id);
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

  #remember(id: string): void {
    const now = this.#options.now();
    // Deleted first, so that it takes the last place.
    this.#done.delete(id);
    this.#done.set(id, now + this.#options.ttlMs);
    for (const [oldest, until] of this.#done) {
      if (until > now && this.#done.size <= this.#options.max) return;
      this.#done.delete(oldest);
    }
  }
}
