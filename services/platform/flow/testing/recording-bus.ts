import type { Contract } from '../../../../schemas/topics.ts';
import { assertCurrent } from '../../fence.ts';
import type { Bus, ReadAll, Publication } from '../../kafka/types.ts';
import { SimulatedBroker } from './broker.ts';
import type { Kept } from './broker.ts';
import { VirtualClock } from './virtual-clock.ts';

/**
 * A bus whose answers take no time, and yet come later than whoever does not wait for them; what is published can be read
 * back, by tests and by `readAll`. Nothing is taken from whoever has lost the lease.
 */
export class RecordingBus implements Bus {
  readonly clock = new VirtualClock();
  readonly broker = new SimulatedBroker(this.clock);
  /** When set, the next publishes fail with it. */
  failure: Error | null = null;
  readonly #readings = new Set<{ topic: string; onRecreated(): void }>();

  async publish<Value>(contract: Contract<Value>, publication: Publication<Value>): Promise<void> {
    await later();
    assertCurrent(contract.topic);
    if (this.failure) throw this.failure;
    this.broker.append(contract, contract.key(publication.value), publication.value);
  }

  publishAll: Bus['publishAll'] = (contract, values, traceparent = null) =>
    publishEach(values, (value) => this.publish(contract, { value, traceparent }));

  async tombstone<Value>(contract: Contract<Value>, key: string): Promise<void> {
    await later();
    assertCurrent(contract.topic);
    if (this.failure) throw this.failure;
    this.broker.append(contract, key, null);
  }

  subscribe: Bus['subscribe'] = () => Promise.reject(new Error('nothing subscribes here'));
  follow: Bus['follow'] = () => Promise.reject(new Error('nothing of others is followed here'));

  readAll: Bus['readAll'] = (contract, options) => {
    const missed: Kept[] = [];
    const onRecreated = () => {
      missed.length = 0;
      options.onRecreated?.();
    };
    const reading = { topic: contract.topic, onRecreated };
    this.#readings.add(reading);
    let stop = () => {};
    let isResting = false;
    const caughtUp = later().then(() => {
      if (!this.#readings.has(reading)) return;
      const hand = (record: Kept) => {
        if (isResting) missed.push(record);
        else if (this.#readings.has(reading)) options.onRecord(record as never);
      };
      // What comes live is read when whoever published it has gone on.
      stop = this.broker.follow(contract.topic, hand, (run) => void later().then(run));
    });
    const end = async () => {
      await later();
      this.#readings.delete(reading);
      stop();
    };
    const rest = () => void (isResting = true);
    const goOn = async (known?: number) => {
      // What was published by now has come.
      await later();
      await later();
      if (missed.length === known) return false;
      isResting = false;
      for (const record of missed.splice(0)) options.onRecord(record as never);
      return true;
    };
    return Promise.resolve({ caughtUp, rest, goOn, stop: end });
  };

  /** The topic is deleted and made again, and whoever reads it is told. */
  recreate({ topic }: { topic: string }): void {
    this.broker.recreate(topic);
    for (const reading of this.#readings) if (reading.topic === topic) reading.onRecreated();
  }

  unhealthyReason(): null {
    return null;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Newest values by key; null for what was erased. */
  newest<Value>(contract: Contract<Value>): Map<string, Value | null> {
    const found = new Map<string, Value | null>();
    for (const record of this.broker.log(contract.topic))
      if (!('undecodable' in record)) found.set(record.key, record.value);
    return found;
  }
}

/** Many records one beside the other, as `publishAll` of a bus says what became of them. */
export async function publishEach<Value>(
  values: readonly Value[],
  publish: (value: Value) => Promise<void>,
): Promise<Map<number, Error>> {
  const settled = await Promise.allSettled(values.map(publish));
  return new Map(
    settled.flatMap((one, place) => (one.status === 'rejected' ? [[place, one.reason as Error]] : [])),
  );
}

/** Later than whoever does not wait for it, though no time passes. */
export async function later(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) await Promise.resolve();
}

/** What was published is read back by then, though no time has passed. */
export async function readBack(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await later();
}

/** A bus that publishes many one beside the other. */
export function withAll(bus: Omit<Bus, 'publishAll'>): Bus {
  return {
    ...bus,
    publishAll: (contract, values, traceparent = null) =>
      publishEach(values, (value) => bus.publish(contract, { value, traceparent })),
  };
}

/** A reading of a broker that has told all by now, which nobody lets rest. */
export function readUntil(stop: () => void): ReadAll {
  const neverRests = { rest: () => undefined, goOn: () => Promise.resolve(false) };
  return { caughtUp: Promise.resolve(), ...neverRests, stop: async () => stop() };
}
