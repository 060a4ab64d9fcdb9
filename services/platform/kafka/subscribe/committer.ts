/**
 * Stores offsets and claims for all partitions of one generation: one commit in flight, everybody who asks meanwhile
 * shares the next one. The commit is also the check that the leases still stand: the coordinator refuses an older
 * generation, and then the generation is over for good.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TopicOffsets } from 'kafkajs';
import { isFencing, isRebalance } from './coordinator.ts';
import type { Entry, OwnedPartition } from './lease.ts';
import { writeClaim } from './claim.ts';
import type { Generation } from './session.ts';
import { unlessAborted } from '../../waiting.ts';

export interface CommitterOptions {
  generation: Generation;
  partitions: () => Iterable<OwnedPartition>;
  commit: (topics: TopicOffsets[]) => Promise<void>;
  onRetry?: (error: unknown) => void;
  retryMinMs?: number;
}

const retryMinMs = 50;
const retryMaxMs = 1_000;

export class Committer {
  readonly #options: CommitterOptions;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Resolves when a commit begun after this call has stored what was wanted then. Rejects when the generation is over. */
  store(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        this.#running = this.#round();
        return this.#running;
      });
    return this.#next;
  }

  async #round(): Promise<void> {
    const { generation, commit, onRetry } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const entries = this.#changed();
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
        const firstMs = this.#options.retryMinMs ?? retryMinMs;
        await delay(Math.min(firstMs * 2 ** attempt, retryMaxMs), undefined, { signal: generation.over });
      }
    }
  }

  #changed(): [OwnedPartition, Entry][] {
    return [...this.#options.partitions()].flatMap((owned): [OwnedPartition, Entry][] => {
      const entry = owned.toStore();
      return entry ? [[owned, entry]] : [];
    });
  }
}

function byTopic(entries: [OwnedPartition, Entry][]): TopicOffsets[] {
  const topics = new Map<string, { partition: number; offset: string; metadata: string }[]>();
  for (const [{ topic, partition }, { offset, claim }] of entries) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partition, offset: String(offset), metadata: writeClaim(claim) });
    topics.set(topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
