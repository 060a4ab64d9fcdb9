/** For one who waits until there is something to do. */
export class Wake {
  #now: (() => void) | null = null;

  /** Resolves when `isReady`, looked at now and at each `now()`, says so, or the signal fires. */
  async wait(isReady: () => boolean, signal: AbortSignal): Promise<void> {
    while (!isReady() && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#now = done;
        signal.addEventListener('abort', done);
      });
    this.#now = null;
  }

  now(): void {
    this.#now?.();
  }
}
