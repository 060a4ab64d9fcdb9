import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin, ITopicConfig, KafkaConfig } from 'kafkajs';
import { quietIdleLoop } from '../../services/platform/kafka/idle-loop.ts';

/** Kafka as a program that is not ours sees it: kafkajs by itself, silent, and without the loop of `idle-loop.ts`. */
export function plainKafka(brokers: string | string[], options: Partial<KafkaConfig> = {}): kafkajs.Kafka {
  quietIdleLoop();
  return new kafkajs.Kafka({ brokers: [brokers].flat(), logLevel: kafkajs.logLevel.NOTHING, ...options });
}

/** kafkajs' own wait ends with an error where the broker that it asks has not heard of the topic yet. */
export async function createTopic(admin: Admin, made: ITopicConfig): Promise<void> {
  await admin.createTopics({ topics: [made], waitForLeaders: false });
  const isThere = () =>
    admin.fetchTopicMetadata({ topics: [made.topic] }).then(
      ({ topics }) => topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0)),
      () => false,
    );
  while (!(await isThere())) await sleep(50);
}
