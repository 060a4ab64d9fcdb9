import { LeaseLost } from '../../fence.ts';
import type { Claim, Takeover } from './claim.ts';
import type { Generation } from './session.ts';
import type { Lease } from '../types.ts';

/** What is kept on the broker for one partition. */
export interface Entry {
  offset: number;
  claim: Claim;
}

export interface OwnedPartitionOptions {
  topic: string;
  partition: number;
  takeover: Takeover;
  /** Names this subscription in the metadata. */
  by: string;
  generation: Pick<Generation, 'alive'>;
  /** Resolves when a commit begun after the call is stored; rejects when the generation is over. */
  store(): Promise<void>;
}

/**
 * One partition as its owner sees it, and what the owner has to keep on the broker for whoever comes next: the
 * committed offset (everything below is finished) and the claim (nothing at or above it was begun), see types.ts.
 */
export class OwnedPartition implements Lease {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly claimed: number;
  readonly catchUpTo: number;
  readonly clean: boolean;
  readonly allInDoubt: boolean;
  readonly topicId: string | null;
  readonly #options: OwnedPartitionOptions;
  #finished: number;
  #doneAbove = 0;
  #claim: number;
  /** An effect may have been begun under this lease. */
  #begun = false;
  /** What the reader said when it closed. */
  #left: { clean: boolean } | null = null;
  #onBroker: Entry | null = null;

  constructor(options: OwnedPartitionOptions) {
    const { topic, partition, takeover } = options;
    this.topic = topic;
    this.partition = partition;
    this.start = takeover.start;
    this.claimed = takeover.claimed;
    this.catchUpTo = takeover.catchUpTo;
    this.clean = takeover.clean;
    this.allInDoubt = takeover.allInDoubt;
    this.topicId = takeover.topicId;
    this.#options = options;
    this.#finished = takeover.start;
    this.#claim = takeover.claimed;
  }

  isCurrent(): boolean {
    return this.#left === null && this.#options.generation.alive();
  }

  async claim(offset: number): Promise<void> {
    if (!this.isCurrent()) throw this.#lost();
    this.#begun = true;
    this.#claim = Math.max(this.#claim, offset + 1);
    while (!this.#isClaimed(offset)) {
      try {
        await this.#options.store();
      } catch {
        throw this.#lost();
      }
    }
    if (!this.#options.generation.alive()) throw this.#lost();
  }

  /** Everything below this offset is finished. */
  get finished(): number {
    return this.#finished;
  }

  get doneAbove(): number {
    return this.#doneAbove;
  }

  finish(offset: number, doneAbove = 0): void {
    this.#finished = Math.max(this.#finished, offset);
    this.#doneAbove = doneAbove;
  }

  /** What is to be stored; null when the broker has just that. */
  toStore(): Entry | null {
    const clean = this.#left?.clean ?? (!this.#begun && this.#inheritedIsSettled());
    const claimed = Math.max(this.#claim, this.#finished);
    const { by } = this.#options;
    const doubt = this.allInDoubt && !clean ? ({ allInDoubt: true } as const) : {};
    const done = this.#doneAbove > 0 ? { doneAbove: this.#doneAbove } : {};
    const claim = { claimed, clean, ...doubt, ...done, by, topicId: this.topicId };
    const entry = { offset: this.#finished, claim };
    const known = this.#onBroker;
    const isSame =
      known?.offset === entry.offset &&
      known.claim.claimed === claimed &&
      known.claim.clean === clean &&
      (known.claim.doneAbove ?? 0) === this.#doneAbove;
    return isSame ? null : entry;
  }

  stored(entry: Entry): void {
    this.#onBroker = entry;
  }

  /** The reader has closed; clean: nothing it or a predecessor has begun may still take effect. */
  closed(clean: boolean): void {
    this.#left = { clean };
  }

  /** It has, and clean. */
  leftClean(): boolean {
    return this.#left?.clean ?? false;
  }

  /** Whatever the predecessor left open is settled once everything below its claim is finished, if it is there. */
  #inheritedIsSettled(): boolean {
    return this.clean || (!this.allInDoubt && this.#finished >= this.claimed);
  }

  /** The broker says of this offset that it may be in work. */
  #isClaimed(offset: number): boolean {
    return this.#onBroker !== null && this.#onBroker.claim.claimed > offset && !this.#onBroker.claim.clean;
  }

  #lost(): LeaseLost {
    return new LeaseLost(`${this.topic}[${this.partition}]`);
  }
}

/** What this process remembers of its own earlier readers, over all generations of one subscription. */
export interface Earlier {
  closed: Promise<void>;
  owned: OwnedPartition;
}
