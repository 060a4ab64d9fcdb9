import { fail } from '../platform/finding.ts';
import type { Finding } from '../platform/finding.ts';
import type { TopicChange } from '../platform/kafka/topic-admin.ts';

/**
 * What `cartage topics apply` would change. Before its first run nearly all is wanting: that is one thing to do, and
 * told as one. A contract that its subject refuses is told all the same.
 */
export function topicFindings(changes: readonly TopicChange[]): Finding[] {
  const fix = 'Run `cartage topics apply`';
  const absent = new Set(changes.filter(({ action }) => action === 'created').map(({ topic }) => topic));
  const toMake = `Not made yet: ${[...absent].join(', ')}`;
  return [
    ...(absent.size > 0 ? [fail('kafka.created', toMake, 'Nothing can be published before', fix)] : []),
    ...changes
      .filter(({ topic, action }) => action === 'conflict' || !absent.has(topic))
      .map(({ topic, action, detail }) => fail(`kafka.${action}`, `${topic}: ${detail}`, '', fix)),
  ];
}
