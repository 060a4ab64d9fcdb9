import type { Kafka } from 'kafkajs';
import type { FollowOptions, ReadAllOptions } from '../types.ts';
import type { Decoder } from '../wire.ts';
import type { SubscriptionContext } from './subscription.ts';

/** What is read, and how. */
export interface Topic {
  topic: string;
  decoder: Decoder;
}

/** From its beginning or a point in time; with `from`, where it was left. */
export type ReadingOptions<Value> = ReadAllOptions<Value> &
  Partial<Pick<FollowOptions, 'from' | 'full' | 'onLost'>>;

export interface ReadingContext extends Omit<SubscriptionContext, 'clock'> {
  /** For short questions that must not wait for half an hour. */
  brief: Kafka;
  source: string;
}
