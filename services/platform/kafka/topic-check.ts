import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { Unavailable } from '../errors.ts';
import type { KafkaOptions } from './types.ts';

const retryMs = 1_000;

/**
 * Waits for the broker, then makes sure that the topics are there. kafkajs would wait for a missing topic for half an
 * hour without a word.
 * @throws Unavailable naming the missing topics; whatever `signal` is aborted with.
 */
export async function topicsExist(
  client: Kafka,
  { topics, fix }: { topics: string[]; fix: string },
  log: KafkaOptions['log'],
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const admin = client.admin();
    try {
      await admin.connect();
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !existing.has(topic));
      if (missing.length > 0) throw topicsMissing(missing, fix);
      return;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      log.warn({}, `Waiting for the broker: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await delay(retryMs, undefined, { signal });
  }
}

function topicsMissing(missing: string[], fix: string): Unavailable {
  return new Unavailable(
    {
      code: 'kafka.topic_missing',
      what: `The broker has no topic ${missing.join(', ')}`,
      fix,
    },
    { needsOperator: true },
  );
}
