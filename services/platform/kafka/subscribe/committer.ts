/**
 * Stores offsets and marks for all partitions of one generation: one commit in flight, everybody who asks meanwhile
 * shares the next one. The commit is also the check that the leases still stand: the coordinator refuses an older
 * generation, and then the generation is over for good.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TopicOffsets } from 'kafkajs';
import { isFencing, isRebalance } from './coordinator.ts';
import type { Entry, OwnedPartition } from './lease.ts';
import { writeMark } from './claim.ts';
import type { Generation } from './session.ts';
import { unlessAborted } from '../unless-aborted.ts';

export interface Committer {
  /** Resolves when a commit begun after this call has stored what was wanted then. Rejects when the generation is over. */
  store(): Promise<void>;
}

export interface CommitterOptions {
  generation: Generation;
  partitions: () => Iterable<OwnedPartition>;
  commit: (topics: TopicOffsets[]) => Promise<void>;
  onRetry?: (error: unknown) => void;
  retryMinMs?: number;
}

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;

export function createCommitter(options: CommitterOptions): Committer {
  const { generation, partitions, commit, onRetry, retryMinMs = RETRY_MIN_MS } = options;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  function store(): Promise<void> {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        running = round();
        return running;
      });
    return next;
  }

  async function round(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const entries = changed();
      if (entries.length === 0) return;
      if (!generation.alive()) throw generation.over.reason;
      try {
        await unlessAborted(commit(byTopic(entries)), generation.over);
        for (const [owned, entry] of entries) owned.stored(entry);
        return;
      } catch (error) {
        if (isFencing(error) || isRebalance(error)) generation.end('the coordinator refused a commit');
        if (!generation.alive()) throw error;
        // The coordinator moved, or did not answer: as long as the session lasts nobody else has the partitions.
        onRetry?.(error);
        await delay(Math.min(retryMinMs * 2 ** attempt, RETRY_MAX_MS), undefined, {
          signal: generation.over,
        });
      }
    }
  }

  function changed(): [OwnedPartition, Entry][] {
    const entries: [OwnedPartition, Entry][] = [];
    for (const owned of partitions()) {
      const entry = owned.toStore();
      if (entry) entries.push([owned, entry]);
    }
    return entries;
  }

  return { store };
}

function byTopic(entries: [OwnedPartition, Entry][]): TopicOffsets[] {
  const topics = new Map<string, { partition: number; offset: string; metadata: string }[]>();
  for (const [{ topic, partition }, { offset, mark }] of entries) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partition, offset: String(offset), metadata: writeMark(mark) });
    topics.set(topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
