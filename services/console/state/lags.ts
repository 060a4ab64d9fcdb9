import { messageOf } from '../../platform/errors.ts';
import { waitingOf } from '../../platform/kafka/group-lag.ts';
import type { PartitionLag } from '../../platform/kafka/types.ts';
import type { TopicAdmin } from '../../platform/kafka/topic-admin.ts';
import type { Clock } from '../../platform/clock.ts';
import { noOutlook, Pace } from './pace.ts';
import type { Outlook } from './pace.ts';

/** How far one group is behind on one topic. */
export interface Lag {
  /** Records published and not yet finished. */
  records: number;
  /** False when the group has never finished a record of this topic: `records` then counts from offset 0. */
  started: boolean;
}

export interface LagSource {
  group: string;
  topics: string[];
}

interface LagOptions {
  admin: Pick<TopicAdmin, 'lag'>;
  sources: readonly LagSource[];
  clock: Clock;
  intervalMs: number;
  onChange: () => void;
}

/** Asks the broker every few seconds. What could not be asked keeps its last answer, and `trouble` says so. */
export class Lags {
  readonly #options: LagOptions;
  readonly #known = new Map<string, Lag>();
  readonly #paces = new Map<string, Pace>();
  readonly #over = new AbortController();
  #problem: string | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LagOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Null until the broker has answered for the first time. */
  of(group: string, topic: string): Lag | null {
    return this.#known.get(`${group}/${topic}`) ?? null;
  }

  outlook(group: string, topic: string, targetP95Ms: number | null): Outlook {
    return this.#paces.get(`${group}/${topic}`)?.outlook(targetP95Ms) ?? noOutlook;
  }

  unhealthyReason(): string | null {
    return this.#problem;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    const { clock, intervalMs } = this.#options;
    while (!signal.aborted) {
      await this.poll();
      await clock.wait(intervalMs, signal);
    }
  }

  async poll(): Promise<void> {
    const { admin, sources, onChange } = this.#options;
    const before = this.#problem;
    let changed = false;
    this.#problem = null;
    for (const { group, topics } of sources) {
      if (this.#over.signal.aborted) return;
      try {
        const partitions = await admin.lag(group, topics);
        for (const topic of topics) changed = this.#put(`${group}/${topic}`, partitions, topic) || changed;
      } catch (error) {
        const why = messageOf(error);
        this.#problem = `The lag of ${group} could not be asked: ${why}`;
      }
    }
    if (changed || before !== this.#problem) onChange();
  }

  #put(id: string, partitions: readonly PartitionLag[], topic: string): boolean {
    const own = partitions.filter((one) => one.topic === topic);
    const lag = sum(own);
    const old = this.#known.get(id);
    // What was finished before the group's first word is not known.
    if (lag.started && old?.started) this.#paceOf(id).add(this.#options.clock.now(), ...placesOf(own));
    this.#known.set(id, lag);
    return old?.records !== lag.records || old.started !== lag.started;
  }

  #paceOf(id: string): Pace {
    const found = this.#paces.get(id) ?? new Pace();
    this.#paces.set(id, found);
    return found;
  }
}

const placesOf = (own: readonly PartitionLag[]): [finished: number, published: number] => [
  own.reduce((total, lag) => total + lag.end - waitingOf(lag), 0),
  own.reduce((total, { end }) => total + end, 0),
];

function sum(own: readonly PartitionLag[]): Lag {
  return {
    records: own.reduce((total, lag) => total + waitingOf(lag), 0),
    started: own.some(({ committed }) => committed !== null),
  };
}
