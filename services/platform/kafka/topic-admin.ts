import type { Contract } from '../../../schemas/topics.ts';
import type { PartitionLag } from './types.ts';

/** What `topics apply` did or would do to one topic or contract. */
export interface TopicChange {
  topic: string;
  action: 'created' | 'settings' | 'partitions' | 'registered' | 'compatibility' | 'unchanged' | 'conflict';
  detail: string;
}

/** Topic administration: for the cli, the console and tests. */
export interface TopicAdmin {
  /** Of itself with the first call. @throws Unavailable when no broker lets us in. */
  connect(): Promise<void>;
  apply(
    contracts: readonly Contract<never>[],
    options: { replicationFactor: number; dryRun: boolean },
  ): Promise<TopicChange[]>;
  /** What is missing or differs, in words; empty when all topics and contracts stand. */
  check(contracts: readonly Contract<never>[]): Promise<TopicChange[]>;
  /** Those of topics that others make which the broker does not have. */
  missing(topics: readonly string[]): Promise<string[]>;
  lag(group: string, topics: string[]): Promise<PartitionLag[]>;
  /** By partition the first offset that was published at or after this time; its end where there is none. */
  begins(topic: string, sinceMs: number): Promise<Map<number, number>>;
  close(): Promise<void>;
}
