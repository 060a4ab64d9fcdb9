/**
 * Between the socket and the owner: gathers changes into parts of a transaction and holds them until asked.
 * A transaction of five million rows passes in parts, so memory is bounded by `heldBytesMax` plus one part.
 */
import type { Change } from '../sources/changes.ts';
import type { Lsn } from './lsn.ts';
import { Defect } from '../../platform/errors.ts';

interface PartOfTransaction {
  xid: number;
  commitLsn: Lsn;
  /** Commit time at the server, to the millisecond. */
  commitTime: Date;
  /** At most `partChangesMax`, in the order of the log. */
  changes: Change[];
}

/** The end position is known, and may be acknowledged, with the last part only. */
export type TransactionPart =
  (PartOfTransaction & { last: false; endLsn: null }) | (PartOfTransaction & { last: true; endLsn: Lsn });

/** What the objects of a change cost beside its text, roughly. */
const changeOverheadBytes = 300;

export interface HandoverLimits {
  partChangesMax: number;
  partBytesMax: number;
  heldBytesMax: number;
}

export class Handover {
  readonly #limits: HandoverLimits;
  #held: { part: TransactionPart; sizeBytes: number }[] = [];
  /** Index of the next one to hand over: `shift()` on a long array moves all of it. */
  #next = 0;
  #heldBytes = 0;
  #open: PartOfTransaction | undefined;
  #openBytes = 0;
  #hasGivenPart = false;
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(limits: HandoverLimits) {
    this.#limits = limits;
  }

  begin(xid: number, commitLsn: Lsn, commitTime: Date): void {
    this.#open = { xid, commitLsn, commitTime, changes: [] };
    this.#openBytes = 0;
    this.#hasGivenPart = false;
  }

  change(change: Change, sizeBytes: number): void {
    const open = this.#open;
    if (!open) throw new Defect('a change came outside a transaction');
    if (open.changes.length >= this.#limits.partChangesMax) this.#givePart(open);
    open.changes.push(change);
    this.#openBytes += sizeBytes + changeOverheadBytes;
    // At once: where it alone is as much as may be held, nothing more is read before it is taken.
    if (this.#openBytes >= this.#limits.partBytesMax) this.#givePart(open);
  }

  #givePart(open: PartOfTransaction): void {
    this.#give({ ...open, last: false, endLsn: null });
    this.#hasGivenPart = true;
    open.changes = [];
  }

  /** @returns whether the transaction held anything; an empty one is not handed over. */
  commit(endLsn: Lsn): boolean {
    const open = this.#open;
    if (!open) throw new Defect('a commit came outside a transaction');
    this.#open = undefined;
    if (open.changes.length === 0 && !this.#hasGivenPart) return false;
    this.#give({ ...open, last: true, endLsn });
    return true;
  }

  get isFull(): boolean {
    return this.#heldBytes + this.#openBytes >= this.#limits.heldBytesMax;
  }

  get heldBytes(): number {
    return this.#heldBytes + this.#openBytes;
  }

  /** Ends the reading at once: what was not handed over comes again on the next connection. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#forget();
    this.#wake?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
    this.#wake?.();
  }

  /** The next part; undefined after `close()`. One caller at a time. */
  async take(): Promise<TransactionPart | undefined> {
    while (!this.#failure && !this.#isClosed && this.#next === this.#held.length) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#isClosed) return undefined;
    if (this.#failure) throw this.#failure;
    const { part, sizeBytes } = this.#held[this.#next]!;
    this.#next += 1;
    if (this.#next === this.#held.length) this.#forget();
    else if (this.#next >= 1024) {
      this.#held.splice(0, this.#next);
      this.#next = 0;
    }
    this.#heldBytes -= sizeBytes;
    return part;
  }

  #forget(): void {
    this.#held = [];
    this.#next = 0;
  }

  #give(part: TransactionPart): void {
    this.#held.push({ part, sizeBytes: this.#openBytes });
    this.#heldBytes += this.#openBytes;
    this.#openBytes = 0;
    this.#wake?.();
  }
}
