import type { Clock } from '../clock.ts';

const cleared = 'cleared';

/** One call at a time to come; setting it anew forgets the earlier one. */
export class Alarm {
  #waiting: AbortController | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(delayMs: number, ring: () => void): void {
    this.clear();
    const waiting = new AbortController();
    this.#waiting = waiting;
    void this.#clock.wait(Math.max(1, delayMs), waiting.signal).then(() => {
      if (!waiting.signal.aborted) ring();
    });
  }

  clear(): void {
    // With a reason of our own: one made for each abort costs more than all the rest.
    this.#waiting?.abort(cleared);
    this.#waiting = null;
  }
}
