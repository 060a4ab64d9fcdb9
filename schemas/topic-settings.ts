import type { Contract } from './topics.ts';

const dayMs = 86_400_000;

/** Settings of a topic on the broker, as `CreateTopics` takes them, for so many copies of each partition. */
export function topicSettings(row: Contract<never>, replicationFactor: number): Record<string, string> {
  const settings: Record<string, string> = {
    // Without a short segment.ms "28 days" would mean up to 35: only closed segments are deleted or compacted.
    'segment.ms': String(dayMs),
    // Of three copies one may be away, and what is acknowledged still lies on two. Of two, none may be missing for
    // that, and each restart of a broker would stop all writers: so it lies on one, as where there is only one.
    'min.insync.replicas': replicationFactor >= 3 ? '2' : '1',
    // Records stay as their writer has packed them; another value makes the broker pack each batch anew.
    'compression.type': 'producer',
  };
  if (row.retentionMs === 'compacted') {
    settings['cleanup.policy'] = 'compact';
    settings['max.compaction.lag.ms'] = String(7 * dayMs);
    // A slow reader must still see the tombstone of what was settled.
    settings['delete.retention.ms'] = String(7 * dayMs);
  } else {
    settings['cleanup.policy'] = 'delete';
    settings['retention.ms'] = String(row.retentionMs);
  }
  return settings;
}
