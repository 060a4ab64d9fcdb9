type Stop = () => unknown;

/**
 * The life of a process: what it has opened, and the order to end, which may come at any moment, the start included.
 *
 * A start that is under way need not end before the end begins: what it has opened is stopped, last first, what it
 * opens meanwhile is stopped as it comes, and what it waits for it gives up by the signal.
 */
export class Life {
  readonly #stopping = new AbortController();
  readonly #stops: Stop[] = [];
  #stopped: Promise<void> | null = null;
  #isOver = false;

  /** Aborted when the end begins. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Adds something to be stopped. */
  onStop(stop: Stop): void {
    this.#stops.push(stop);
    // Nobody waits any more for what comes after the end.
    if (this.#isOver) void this.#stopAll();
  }

  /**
   * Stops everything, once; each caller waits for the same end.
   * @throws AggregateError of what the stops threw, after the last of them.
   */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the process is ending'));
    const errors = await this.#stopAll();
    this.#isOver = true;
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '));
  }

  async #stopAll(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop())
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    return errors;
  }
}
