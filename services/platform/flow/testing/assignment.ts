import type { OwnedPartition } from '../../kafka/subscribe/lease.ts';
import type { PartitionReader } from '../../kafka/types.ts';
import type { Membership } from './broker.ts';

/** A partition that a simulated process was given. */
export interface Assignment {
  topic: string;
  partition: number;
  owned: OwnedPartition;
  reader: PartitionReader;
  membership: Membership;
  position: number;
  alive: boolean;
  closed: Promise<void> | null;
  commits?: Promise<void>;
}
