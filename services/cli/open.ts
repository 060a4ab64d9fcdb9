import type { PlatformConfig } from '../platform/config/schema.ts';
import { connectKafka, openTopicAdmin } from '../platform/kafka/connect.ts';
import type { Bus, KafkaOptions, TopicAdmin } from '../platform/kafka/types.ts';

/** Runs `work` with the broker, and closes it in every case. */
export async function withBus<Result>(
  config: PlatformConfig,
  work: (bus: Bus) => Promise<Result>,
): Promise<Result> {
  const bus = connectKafka(kafkaOptions(config));
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

export async function withTopicAdmin<Result>(
  config: PlatformConfig,
  work: (admin: TopicAdmin) => Promise<Result>,
): Promise<Result> {
  const admin = openTopicAdmin(kafkaOptions(config));
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

function kafkaOptions({ instance, kafka }: PlatformConfig): KafkaOptions {
  return {
    brokers: kafka.brokers,
    clientId: `cartage-${instance}-cli`,
    ssl: kafka.ssl,
    ...(kafka.sasl ? { sasl: kafka.sasl } : {}),
    registry: kafka.registry,
    source: `cartage/${instance}/cli`,
    log: standardErrorLog,
  };
}

/** A command speaks on standard output; what the client has to complain about goes beside it. */
const standardErrorLog: KafkaOptions['log'] = {
  info: () => undefined,
  warn: (_fields, message) => void process.stderr.write(`${message}\n`),
  error: (_fields, message) => void process.stderr.write(`${message}\n`),
};
