import { LeaseLost } from '../../fence.ts';
import type { Lease } from '../../kafka/types.ts';
import { plains } from './records.ts';
import { settled } from './virtual-clock.ts';

/** A lease that is lost when a test says so; what was claimed and finished can be looked at. */
export class LeaseDouble implements Lease {
  readonly topic = plains.topic;
  readonly partition = 0;
  readonly start: number;
  readonly claimed: number;
  readonly catchUpTo: number;
  readonly clean: boolean;
  readonly allInDoubt: boolean;
  readonly claims: number[] = [];
  finished: number | null = null;
  doneAbove = 0;
  isLost = false;
  /** What the broker answers to a claim, when it is not this one's by now. */
  refusal: Error | null = null;

  constructor(lease: Partial<Lease> = {}) {
    const { start = 0, claimed = start, catchUpTo = claimed, clean = true, allInDoubt = false } = lease;
    [this.start, this.claimed, this.catchUpTo] = [start, claimed, catchUpTo];
    [this.clean, this.allInDoubt] = [clean, allInDoubt];
  }

  isCurrent = () => !this.isLost;

  async claim(offset: number): Promise<void> {
    await settled();
    if (this.refusal !== null) throw this.refusal;
    if (this.isLost) throw new LeaseLost(this.topic);
    this.claims.push(offset);
  }

  finish(offset: number, doneAbove = 0): void {
    this.finished = offset;
    this.doneAbove = doneAbove;
  }
}
