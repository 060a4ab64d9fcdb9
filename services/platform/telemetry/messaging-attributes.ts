import type { Attributes } from '@opentelemetry/api';
import type { Received } from '../kafka/types.ts';

/** Semantic conventions for messaging (OpenTelemetry, status development): ids only, never a value. */
export function consumerAttributes(record: Received<never>, group: string): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': record.topic,
    'messaging.destination.partition.id': String(record.partition),
    'messaging.kafka.offset': record.offset,
    'messaging.kafka.message.key': record.key,
    'messaging.consumer.group.name': group,
    ...(record.eventId === null ? {} : { 'messaging.message.id': record.eventId }),
  };
}

export function producerAttributes(topic: string, sent: { key: string } | { count: number }): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'send',
    'messaging.destination.name': topic,
    ...('key' in sent
      ? { 'messaging.kafka.message.key': sent.key }
      : { 'messaging.batch.message_count': sent.count }),
  };
}

export function batchAttributes(topic: string, group: string, count: number): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': topic,
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': count,
  };
}
