import type { Admin } from 'kafkajs';
import type { PartitionLag } from './types.ts';

/** How far a group is on topics. */
export async function lagOf(admin: Admin, group: string, topics: string[]): Promise<PartitionLag[]> {
  const offsets = await admin.fetchOffsets({ groupId: group, topics });
  const committed = new Map(
    offsets.flatMap(({ topic, partitions }) =>
      partitions.map((one) => [`${topic}/${one.partition}`, Number(one.offset)] as const),
    ),
  );
  const lags: PartitionLag[] = [];
  for (const topic of topics) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      const offset = committed.get(`${topic}/${partition}`) ?? -1;
      lags.push({ topic, partition, committed: offset < 0 ? null : offset, end: Number(high) });
    }
  }
  return lags.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
}

/** By partition the first offset that was published at or after this time; its end where there is none. */
export async function beginsOf(admin: Admin, topic: string, sinceMs: number): Promise<Map<number, number>> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs);
  return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
}
