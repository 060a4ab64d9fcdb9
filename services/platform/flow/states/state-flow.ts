import type { Contract } from '../../../../schemas/topics.ts';
import type { Received } from '../../kafka/types.ts';
import type { Flow } from '../flow.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';
import type { Linger } from './gathering.ts';

/** What became of each record of a batch: handled, or an error of its own. */
export type BatchResult<Value> = Map<Received<Value>, Handled | Error>;

/**
 * A flow that brings the newest state of each key to the other side, in batches. A key has one write at a time;
 * what arrives meanwhile is collapsed to the newest.
 */
export interface StateFlow<Value> extends Flow {
  contracts: readonly Contract<Value>[];
  /** A write may create something, which twice would make two: after an unknown outcome it waits before it looks. */
  creates?: boolean;
  /** A tombstone is written too: the other side is told that the key is gone. Otherwise it asks for nothing. */
  takesTombstones?: boolean;
  /** False: the record is for somebody else and is finished without a word. */
  accepts?: (record: Received<Value>) => boolean;
  /** What of one partition collapses with what; the key unless told otherwise. */
  identityOf?: (record: Received<Value>) => string;
  /** When it may be handled at the earliest, UTC milliseconds; null for at once. It holds the offset back meanwhile. */
  notBefore?: (record: Received<Value>) => number | null;
  /** True when it must not wait behind others; those others still get every second batch once overdue. */
  urgent?: (record: Received<Value>) => boolean;
  /** Records of one batch group may be written in one batch. */
  batchGroupOf: (record: Received<Value>) => string;
  /** What no two batches may touch at a time; topic and identity unless told otherwise. */
  lockOf?: (record: Received<Value>) => string;
  batchSize: (batchGroup: string) => number;
  /** While batches of a group take long, so long what comes waits for more of it; a full batch goes at once. */
  linger?: Linger;
  /**
   * Writes a batch. What it throws holds for every record of it; a batch that is rejected as a whole is split until
   * the record at fault stands alone.
   */
  apply(records: Received<Value>[], attempt: Attempt): Promise<BatchResult<Value>>;
}
