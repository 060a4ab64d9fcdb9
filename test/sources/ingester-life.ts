/**
 * The ingester's own loop over any source, life after life: real sources and questions, a broker in memory that outlives
 * every life. A life that is killed publishes nothing more and hears of nothing, whatever it goes on doing.
 */
import type { Contract } from '../../schemas/topics.ts';
import { SourceCursors } from '../../services/erp-ingester/cursor.ts';
import { PublishedReadings } from '../../services/erp-ingester/published-reading.ts';
import { IngesterSession } from '../../services/erp-ingester/session.ts';
import { withShape } from '../../services/erp-ingester/stream.ts';
import { takeSource } from '../../services/erp-ingester/take-source.ts';
import type { ReadErp } from '../../services/erp/sources/read-erp.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import { contextOf } from '../../services/platform/flow/testing/context.ts';
import type { Line } from '../../services/platform/flow/testing/context.ts';
import type { Bus, Lease, Publication, SubscribeOptions } from '../../services/platform/kafka/types.ts';
import { publishEach } from '../../services/platform/flow/testing/recording-bus.ts';
import { Checks } from '../../services/platform/lifecycle/checks.ts';
import type { Process } from '../../services/platform/lifecycle/process.ts';

const dead = () => new Error('the process is dead');

export const newBroker = (): SimulatedBroker => new SimulatedBroker(systemClock as never);

/** Kafka as one life sees it. */
class LifeBus implements Bus {
  isDead = false;
  /** Resolves when requests are heard. */
  readonly subscribed = Promise.withResolvers<void>();
  /** Called with each record before it is stored: a test dies here. */
  onPublish: (topic: string) => void = () => undefined;
  readonly #broker: SimulatedBroker;

  constructor(broker: SimulatedBroker) {
    this.#broker = broker;
  }

  async publish<Value>(contract: Contract<Value>, { value }: Publication<Value>): Promise<void> {
    await Promise.resolve();
    this.onPublish(contract.topic);
    if (this.isDead) throw dead();
    this.#broker.append(contract, contract.key(value), value);
  }

  publishAll: Bus['publishAll'] = (contract, values) =>
    publishEach(values, (value) => this.publish(contract, { value }));

  async tombstone<Value>(contract: Contract<Value>, key: string): Promise<void> {
    await Promise.resolve();
    if (this.isDead) throw dead();
    this.#broker.append(contract, key, null);
  }

  readAll: Bus['readAll'] = (contract, options) => {
    const hand = (record: unknown) => this.isDead || options.onRecord(record as never);
    const stop = this.#broker.follow(contract.topic, hand);
    // Nobody else publishes here: at rest it sees what it knows.
    const still = { rest: () => undefined, goOn: () => Promise.resolve(false) };
    return Promise.resolve({ caughtUp: Promise.resolve(), ...still, stop: async () => stop() });
  };

  follow: Bus['follow'] = () => Promise.reject(new Error('what is followed stands on a real broker'));

  /** The one partition, from what comes next on. */
  subscribe(options: SubscribeOptions) {
    const [{ topic }] = options.contracts as unknown as [{ topic: string }];
    const start = this.#broker.end(topic);
    const lease = {
      topic,
      partition: 0,
      start,
      claimed: start,
      catchUpTo: start,
      clean: true,
      allInDoubt: false,
      isCurrent: () => !this.isDead,
      claim: () => (this.isDead ? Promise.reject(dead()) : Promise.resolve()),
      finish: () => undefined,
    } satisfies Lease;
    const reader = options.open(lease);
    const stop = this.#broker.listen(topic, (record) => reader.receive([record]));
    this.subscribed.resolve();
    const end = async () => {
      stop();
      await reader.close(false);
    };
    return Promise.resolve({
      ready: () => true,
      leases: () => [lease],
      unhealthyReason: () => null,
      stop: end,
      lag: () => Promise.resolve([]),
    });
  }

  unhealthyReason = () => null;
  close = () => Promise.resolve();
}

export interface LifeOptions {
  broker: SimulatedBroker;
  erp: ReadErp;
  /** Counted from 1: with this record of a stream's topic the life ends, before the record is stored. */
  diesAt?: number;
}

export class Life {
  readonly lines: Line[] = [];
  /** Resolves when it is killed. */
  readonly died = Promise.withResolvers<void>();
  readonly #bus: LifeBus;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  readonly #erp: ReadErp;
  #stopped: Promise<void> | null = null;

  constructor({ broker, erp, diesAt = Infinity }: LifeOptions) {
    this.#erp = erp;
    this.#bus = new LifeBus(broker);
    let published = 0;
    this.#bus.onPublish = (topic) => {
      if (topic.startsWith('erp.')) published += 1;
      if (published >= diesAt) this.kill();
    };
    this.#running = this.#run();
  }

  /** Until requests are heard. */
  get listening(): Promise<void> {
    return this.#bus.subscribed.promise;
  }

  /** As a crash would: nothing of it is heard any more. */
  kill(): void {
    this.#bus.isDead = true;
    this.#over.abort(new Error('killed'));
    this.died.resolve();
  }

  /** As an operator would. One that was killed ends without effect. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#over.abort(new Error('stopped'));
    await this.#running;
    await this.#erp.source.close();
  }

  /** As the process does it: over and over. */
  async #run(): Promise<void> {
    const bus = this.#bus;
    const context = contextOf({ bus, clock: systemClock, lines: this.lines, policy: { retryInitialMs: 50 } });
    const { log, metrics } = context;
    const process = { name: 'erp-ingester', bus, log, metrics, context, checks: new Checks() };
    const cursors = new SourceCursors(bus, 'test', systemClock);
    const streams = this.#erp.streams.map(withShape);
    const readings = new PublishedReadings();
    while (!this.#over.signal.aborted)
      try {
        const taken = await takeSource(this.#erp.source, cursors, streams);
        const config = { erp: { keysPerQuery: 10, connection: {} } } as never;
        const all = { ...taken, streams, readings, cursors, config, process: process as unknown as Process };
        await new IngesterSession(all).run(this.#over.signal, () => undefined);
      } catch (error) {
        this.lines.push({ level: 'error', message: String(error), fields: { err: error } });
        await systemClock.wait(50, this.#over.signal);
      }
  }
}
