/** Lets the batches of the flow write side by side, and whoever writes beside the flow write alone. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  readonly #together = new Set<Promise<unknown>>();

  /** Beside others of its kind. */
  together<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = this.#last.then(work);
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    this.#together.add(ended);
    void ended.then(() => this.#together.delete(ended));
    return running;
  }

  /** When what runs has ended, and before what comes later begins. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = Promise.all([this.#last, ...this.#together]).then(work);
    this.#last = running.then(
      () => undefined,
      () => undefined,
    );
    return running;
  }
}
