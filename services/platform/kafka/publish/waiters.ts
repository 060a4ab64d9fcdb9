/** Who waits for records that are being published, and knows each by its place. */
export interface Waiter {
  settled(place: number, error: Error | null): void;
}

/** For a single one: its error is thrown. */
export class OneWaiter implements Waiter {
  readonly promise: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  settled(_place: number, error: Error | null): void {
    if (error) this.#reject(error);
    else this.#resolve();
  }
}

/** For many: a promise for each would cost as much as sending it. */
export class WaiterForAll implements Waiter {
  /** The errors of those that are not on the topic, by their place. */
  readonly promise: Promise<Map<number, Error>>;
  readonly #errors = new Map<number, Error>();
  readonly #resolve: (errors: Map<number, Error>) => void;
  #left: number;

  constructor(count: number) {
    const { promise, resolve } = Promise.withResolvers<Map<number, Error>>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#left = count;
    if (count === 0) resolve(this.#errors);
  }

  settled(place: number, error: Error | null): void {
    if (error) this.#errors.set(place, error);
    this.#left -= 1;
    if (this.#left === 0) this.#resolve(this.#errors);
  }
}
