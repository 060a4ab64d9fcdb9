/** What the tests need of the world outside: a broker, a registry, a database. Two back ends give it. */
export interface Backend {
  startKafka(options?: KafkaNeeds): Promise<TestKafka>;
  startRegistry(): Promise<TestRegistry>;
  startPostgres(): Promise<TestPostgres>;
}

export interface KafkaNeeds {
  /**
   * A second listener that sends clients to this port on loopback, where the test's proxy listens;
   * the proxy forwards to `proxiedPort`.
   */
  advertisedProxyPort?: number;
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
