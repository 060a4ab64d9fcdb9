import type { Settings } from '../../deploy/local/settings.ts';

/** What the tests need of the world outside: a broker, a registry, a database. Two back ends give it. */
export interface Backend {
  startKafka(options?: KafkaNeeds): Promise<TestKafka>;
  startThreeBrokers(needs?: ThreeBrokerNeeds): Promise<ThreeBrokers>;
  startRegistry(): Promise<TestRegistry>;
  startPostgres(): Promise<TestPostgres>;
}

export interface KafkaNeeds {
  /**
   * A second listener that sends clients to this port on loopback, where the test's proxy listens;
   * the proxy forwards to `proxiedPort`.
   */
  advertisedProxyPort?: number;
  /** Besides the usual ones, or in their place; of deploy/local/settings.ts. */
  settings?: Settings;
}

export interface TestKafka {
  /** `127.0.0.1:port`, past any proxy. */
  readonly bootstrap: string;
  readonly proxiedPort: number | undefined;
  /** As an operator would: it says good-bye. Its data stay. */
  stop(): Promise<void>;
  /** As a crash would. Its data stay. */
  kill(): Promise<void>;
  /** The same addresses and the same data again, after a stop, a kill or while it runs. */
  restart(): Promise<void>;
  /** Ends it for good and removes its data. */
  remove(): Promise<void>;
}

export interface ThreeBrokerNeeds {
  /** One for each broker, in the order of their ids: a second listener each, as `KafkaNeeds` has it. */
  advertisedProxyPorts?: readonly [number, number, number];
}

/**
 * Three brokers that are also the controllers of their cluster. Kafka's own topics, and those made without a word
 * about it, have three replicas, of which two acknowledge. Ready when each of the three names all three.
 */
export interface ThreeBrokers {
  /** In the order of their ids, which are 1, 2, 3. Each is stopped, killed, restarted by itself. */
  readonly brokers: readonly TestBroker[];
  /** Resolves when each broker names all three. */
  allNamed(): Promise<void>;
  /** Ends all of them for good and removes their data. */
  remove(): Promise<void>;
}

export type TestBroker = Omit<TestKafka, 'remove'>;

export interface TestRegistry {
  /** The Confluent API. */
  readonly url: string;
  remove(): Promise<void>;
}

export interface TestPostgres {
  /** Of the database `postgres`, as a superuser. */
  readonly url: string;
  remove(): Promise<void>;
}
