import kafkajs from 'kafkajs';
import type { KafkaConfig } from 'kafkajs';
import { quietIdleLoop } from '../../services/platform/kafka/idle-loop.ts';

/** Kafka as a program that is not ours sees it: kafkajs by itself, silent, and without the loop of `idle-loop.ts`. */
export function plainKafka(brokers: string | string[], options: Partial<KafkaConfig> = {}): kafkajs.Kafka {
  quietIdleLoop();
  return new kafkajs.Kafka({ brokers: [brokers].flat(), logLevel: kafkajs.logLevel.NOTHING, ...options });
}
