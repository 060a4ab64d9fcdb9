import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { partitionIn } from '../publish/murmur2.ts';

/** How far a partition is to be read, and is. */
export interface Reach {
  /** Next offset to be handed over. */
  position: number;
  /** End of the partition when this was asked. */
  end: number;
}

const notLed = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']);
const notLedRetryMs = 100;
const notLedTries = 100;

/**
 * Where each partition begins (at the point in time, if one is given) and ends now; with `keys`, only of those on which
 * their records lie.
 */
export async function reachOf(
  client: Kafka,
  topic: string,
  sinceMs?: number,
  keys?: readonly string[],
): Promise<Map<number, Reach>> {
  const admin = client.admin();
  await admin.connect();
  try {
    const { ends, since } = await whenLed(async () => ({
      ends: await admin.fetchTopicOffsets(topic),
      since: sinceMs === undefined ? null : await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs),
    }));
    const wanted = keys && new Set(keys.map((key) => partitionIn(key, ends.length)));
    const starts = new Map(since?.map((one) => [one.partition, Number(one.offset)]));
    return new Map(
      ends
        .filter(({ partition }) => wanted?.has(partition) ?? true)
        .map(({ partition, low, high }) => [
          partition,
          { position: Math.max(Number(low), starts.get(partition) ?? 0), end: Number(high) },
        ]),
    );
  } finally {
    await admin.disconnect();
  }
}

/** Right after a topic was made, or its leader moved, a broker refuses to speak for it for a moment. */
async function whenLed<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const { type = '' } = error as { type?: string };
      if (!notLed.has(type) || tries >= notLedTries) throw error;
      await delay(notLedRetryMs);
    }
  }
}

export async function deleteGroup(client: Kafka, groupId: string): Promise<void> {
  const admin = client.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
}
