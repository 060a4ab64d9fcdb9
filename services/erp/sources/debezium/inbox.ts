import type { FollowOptions, TopicPlace } from '../../../platform/kafka/types.ts';

/** What came of the topic of a table, in the order in which it came. */
export interface Arrival {
  table: string;
  /** The next record's place on the topic; null where records were lost, and this one stands for them. */
  next: { partition: number; offset: number } | null;
  /** Undefined where it could not be read. */
  value?: unknown;
}

const arrivalsMax = 10_000;

/** Between the readers of the topics, who wait for nobody, and the loop. */
export class Inbox {
  #arrivals: Arrival[] = [];
  #more = Promise.withResolvers<void>();

  reader(table: string, from: TopicPlace | null): FollowOptions {
    return {
      from,
      onRecord: ({ partition, offset, value }) =>
        this.#add({ table, next: { partition, offset: offset + 1 }, value }),
      onUndecodable: ({ partition, offset }) => this.#add({ table, next: { partition, offset: offset + 1 } }),
      onLost: () => this.#add({ table, next: null }),
      full: () => this.#arrivals.length >= arrivalsMax,
    };
  }

  take(): Arrival[] {
    const taken = this.#arrivals;
    this.#arrivals = [];
    return taken;
  }

  /** Resolves when there is something to take. */
  get filled(): Promise<void> {
    return this.#arrivals.length > 0 ? Promise.resolve() : this.#more.promise;
  }

  #add(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
