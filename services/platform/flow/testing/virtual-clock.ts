import type { Clock } from '../../clock.ts';

interface Event {
  at: number;
  run: () => void;
}

/** Time that passes only when a test lets it: from event to event, with all promises settled in between. */
export class VirtualClock implements Clock {
  #time = 1_000_000;
  /** Sorted by time; of equal times the earlier made comes first. */
  readonly #events: Event[] = [];

  now(): number {
    return this.#time;
  }

  /** Waits that have not ended: what would keep a process from ending. */
  get waits(): number {
    return this.#events.length;
  }

  at(at: number, run: () => void): Event {
    const event = { at: Math.max(at, this.#time), run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.at <= event.at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
    return event;
  }

  after(delayMs: number, run: () => void): Event {
    return this.at(this.#time + delayMs, run);
  }

  cancel(event: Event): void {
    const index = this.#events.indexOf(event);
    if (index >= 0) this.#events.splice(index, 1);
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const event = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        this.cancel(event);
        resolve();
      });
    });
  }

  /** Lets time pass up to `until`. */
  async run(until: number): Promise<void> {
    await settled();
    while (this.#events.length > 0 && this.#events[0]!.at <= until) {
      const event = this.#events.shift()!;
      this.#time = Math.max(this.#time, event.at);
      event.run();
      await settled();
    }
    this.#time = Math.max(this.#time, until);
  }

  async pass(ms: number): Promise<void> {
    await this.run(this.#time + ms);
  }
}

/** All promises that can settle without time passing have. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
