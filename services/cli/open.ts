import type { Configuration } from '../platform/config/read.ts';
import { connectKafka, openTopicAdmin } from '../platform/kafka/connect.ts';
import type { Bus, KafkaOptions } from '../platform/kafka/types.ts';
import type { TopicAdmin } from '../platform/kafka/topic-admin.ts';
import { openValueReader } from '../platform/kafka/value-reader.ts';
import type { ValueReader } from '../platform/kafka/value-reader.ts';
import { kafkaOptions } from '../platform/lifecycle/kafka-options.ts';
import { printError } from './print.ts';

type AnyConfiguration = Configuration<never>;

/**
 * Runs `work` with the broker, and closes it in every case. A process waits for the broker without end; whoever typed a
 * command is told that none answers. @throws Unavailable
 */
export async function withBus<Result>(
  configuration: AnyConfiguration,
  work: (bus: Bus) => Promise<Result>,
): Promise<Result> {
  await withTopicAdmin(configuration, (admin) => admin.connect());
  return closing(connectKafka(optionsOf(configuration)), work);
}

export function withTopicAdmin<Result>(
  configuration: AnyConfiguration,
  work: (admin: TopicAdmin) => Promise<Result>,
): Promise<Result> {
  return closing(openTopicAdmin(optionsOf(configuration, silentLog)), work);
}

export function withValueReader<Result>(
  configuration: AnyConfiguration,
  work: (reader: ValueReader) => Promise<Result>,
): Promise<Result> {
  return closing(openValueReader(optionsOf(configuration)), work);
}

async function closing<Part extends { close(): Promise<void> }, Result>(
  part: Part,
  work: (part: Part) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(part);
  } finally {
    await part.close();
  }
}

/** A command speaks on standard output; what the client has to complain about goes beside it. */
const standardErrorLog: KafkaOptions['log'] = {
  info: () => undefined,
  warn: (_fields, message) => printError(message),
  error: (_fields, message) => printError(message),
};

/** Where a failure ends the command, and is said by that. */
const silentLog: KafkaOptions['log'] = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function optionsOf(configuration: AnyConfiguration, log = standardErrorLog): KafkaOptions {
  return kafkaOptions(configuration, 'cli', log);
}
