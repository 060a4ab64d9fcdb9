import type { Admin } from 'kafkajs';
import { doneAboveIn } from './subscribe/claim.ts';
import type { PartitionLag } from './types.ts';

/** How far a group is on topics. */
export async function lagOf(admin: Admin, group: string, topics: string[]): Promise<PartitionLag[]> {
  const offsets = await admin.fetchOffsets({ groupId: group, topics });
  const committed = new Map(
    offsets.flatMap(({ topic, partitions }) =>
      partitions.map((one) => [`${topic}/${one.partition}`, one] as const),
    ),
  );
  const lags: PartitionLag[] = [];
  for (const topic of topics) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      const stored = committed.get(`${topic}/${partition}`);
      const offset = Number(stored?.offset ?? -1);
      const doneAbove = offset < 0 ? 0 : doneAboveIn(stored?.metadata);
      const own = { committed: offset < 0 ? null : offset, end: Number(high) };
      lags.push({ topic, partition, ...own, ...(doneAbove > 0 && { doneAbove }) });
    }
  }
  return lags.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
}

/** Records that are not finished: one that waits, such as a request to be served later, holds the offset but not the others. */
export function waitingOf({ committed, end, doneAbove = 0 }: PartitionLag): number {
  return Math.max(0, end - (committed ?? 0) - doneAbove);
}

/** By partition the first offset that was published at or after this time; its end where there is none. */
export async function beginsOf(admin: Admin, topic: string, sinceMs: number): Promise<Map<number, number>> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs);
  return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
}
