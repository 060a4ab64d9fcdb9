/**
 * What Kafka, the registry and PostgreSQL are told wherever Cartage starts them itself: `npm start`, Docker Compose,
 * and both back ends of the tests. One table, so that what is proved in one of them holds in the others.
 * Where each listens and keeps its data is said by whoever starts it.
 */

export type Settings = Readonly<Record<string, string | number | boolean>>;

/** The same as in pom.xml and package.json, which a test compares. */
export const versions = { kafka: '4.3.1', registry: '3.0.9', postgres: '18.4' } as const;

export const images = {
  kafka: `apache/kafka:${versions.kafka}`,
  registry: `apicurio/apicurio-registry:${versions.registry}`,
  // With its minor version: what is tested is what runs next year.
  postgres: `postgres:${versions.postgres}`,
} as const;

/** Heap of each Java program: small and quick to start rather than fast for hours. */
export const javaHeapMiB = 256;

/**
 * Names as in `server.properties`. `brokers` is the size of the cluster: the broker's own topics have three copies as
 * soon as three brokers are there, two of which must acknowledge, and one copy before.
 */
export function kafkaSettings(brokers: number): Settings {
  const several = brokers >= 3;
  const copies = several ? 3 : 1;
  const inSync = several ? 2 : 1;
  return {
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    // For topics that say nothing themselves, such as the registry's.
    ...(several ? { 'default.replication.factor': copies, 'min.insync.replicas': inSync } : {}),
    // To start quickly.
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.num.partitions': 1,

    // Topics come from the one table in schemas/, never by a misspelt name.
    'auto.create.topics.enable': false,
    // The registry's own topics say nothing, and a schema id must outlive every record written with it.
    // Ours say for themselves how long they are kept.
    'log.retention.ms': -1,
    // The first member of a group need not wait 3 s for others.
    'group.initial.rebalance.delay.ms': 0,
    // Tests let members die, and must not wait six seconds for each.
    'group.min.session.timeout.ms': 1000,
    // After a kill -9 the old session must end before the broker may return: 4 s instead of 13-20 s.
    'broker.session.timeout.ms': 1500,
    'broker.heartbeat.interval.ms': 300,
    // Else the controller writes two records a second that say nothing: a quarter of what an idle broker computes.
    'metadata.max.idle.interval.ms': 0,

    // Held from the start for compaction; the default of 128 MB is half of our heap.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
}

/**
 * Names as in `postgresql.conf`. Tests do without what only a power cut would need, gain speed by it, and have many
 * more sessions at a time. They lose slots by `alter system`, which a command line would overrule.
 */
export function postgresSettings({ durable }: { durable: boolean }): Settings {
  return {
    wal_level: 'logical',
    max_wal_senders: 20,
    max_replication_slots: 20,
    shared_buffers: '32MB',
    ...(durable
      ? // A slot that nobody reads must not fill the disk. Cartage notices a dropped one and loads anew.
        { max_slot_wal_keep_size: '2GB' }
      : { fsync: 'off', full_page_writes: 'off', max_connections: 200 }),
  };
}

/** As the image of Kafka takes them: `log.retention.ms` is `KAFKA_LOG_RETENTION_MS`. */
export function asKafkaEnvironment(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      String(value),
    ]),
  );
}

/** As `postgres` takes them on its command line. */
export function asPostgresArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
