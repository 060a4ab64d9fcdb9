import type { Clock } from '../../clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Time as one process sees it: its waits end when it is awake, and never when it is dead. */
export class SleepingClock implements Clock {
  #asleepUntil = 0;
  #isDead = false;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  get isAsleep(): boolean {
    return this.#asleepUntil > this.now();
  }

  sleep(ms: number): void {
    this.#asleepUntil = this.now() + ms;
  }

  die(): void {
    this.#isDead = true;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      void this.#clock.wait(ms, signal).then(() => this.whenAwake(resolve));
    });
  }

  /** At once, or when it wakes. */
  whenAwake(run: () => void): void {
    if (this.isAsleep) this.#clock.at(this.#asleepUntil, () => this.whenAwake(run));
    else if (!this.#isDead) run();
  }
}
