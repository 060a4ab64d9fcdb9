/**
 * One partition as its owner sees it, and what the owner has to keep on the broker for whoever comes next: the
 * committed offset (everything below is finished) and the mark (nothing at or above it was begun), see types.ts.
 */
import type { Mark, Takeover } from './claim.ts';
import type { Generation } from './session.ts';
import { LeaseLost } from '../types.ts';
import type { Lease } from '../types.ts';

export interface OwnedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly lease: Lease;
  /** What is to be stored; null when the broker has just that. */
  toStore(): Entry | null;
  stored(entry: Entry): void;
  /** Everything below this offset is finished. */
  finished(): number;
  /** The reader has closed; clean: nothing it or a predecessor has begun may still take effect. */
  closed(clean: boolean): void;
  /** It has, and clean. */
  leftClean(): boolean;
}

export interface Entry {
  offset: number;
  mark: Mark;
}

export interface OwnedPartitionOptions {
  topic: string;
  partition: number;
  takeover: Takeover;
  /** Names this subscription in the metadata. */
  by: string;
  generation: Generation;
  /** Resolves when a commit begun after the call is stored; rejects when the generation is over. */
  store(): Promise<void>;
}

export function ownPartition(options: OwnedPartitionOptions): OwnedPartition {
  const { topic, partition, takeover, by, generation } = options;
  let finished = takeover.start;
  let mark = takeover.mark;
  /** An effect may have been begun under this lease. */
  let begun = false;
  /** What the reader said when it closed. */
  let left: { clean: boolean } | null = null;
  let onBroker: Entry | null = null;

  /** Whatever the predecessor left open is settled once everything below its mark is finished. */
  const inheritedSettled = () => takeover.clean || finished >= takeover.mark;

  function wanted(): Entry {
    const clean = left?.clean ?? (!begun && inheritedSettled());
    return { offset: finished, mark: { mark: Math.max(mark, finished), clean, by } };
  }

  function toStore(): Entry | null {
    const entry = wanted();
    const same =
      onBroker !== null &&
      entry.offset === onBroker.offset &&
      entry.mark.mark === onBroker.mark.mark &&
      entry.mark.clean === onBroker.mark.clean;
    return same ? null : entry;
  }

  /** The broker says of this offset that it may be in work. */
  const claimed = (offset: number) =>
    onBroker !== null && onBroker.mark.mark > offset && !onBroker.mark.clean;

  async function claim(offset: number): Promise<void> {
    if (left || !generation.alive()) throw new LeaseLost(topic, partition);
    begun = true;
    mark = Math.max(mark, offset + 1);
    while (!claimed(offset)) {
      try {
        await options.store();
      } catch {
        throw new LeaseLost(topic, partition);
      }
    }
    if (!generation.alive()) throw new LeaseLost(topic, partition);
  }

  const lease: Lease = {
    topic,
    partition,
    start: takeover.start,
    mark: takeover.mark,
    catchUpTo: takeover.catchUpTo,
    clean: takeover.clean,
    isCurrent: () => left === null && generation.alive(),
    claim,
    finish(offset) {
      finished = Math.max(finished, offset);
    },
  };

  return {
    topic,
    partition,
    lease,
    toStore,
    finished: () => finished,
    stored: (entry) => (onBroker = entry),
    closed: (clean) => (left = { clean }),
    leftClean: () => left?.clean ?? false,
  };
}
