import type { Lease, Undecodable } from '../../kafka/types.ts';
import type { Verdicts } from '../outcome/verdicts.ts';

/** Records of one partition that cannot be read and are not parked yet: they hold the offset back like pending ones. */
export class Unparked {
  readonly #lease: Lease;
  readonly #verdicts: Pick<Verdicts, 'undecodable'>;
  readonly #offsets = new Set<number>();

  constructor(lease: Lease, verdicts: Pick<Verdicts, 'undecodable'>) {
    this.#lease = lease;
    this.#verdicts = verdicts;
  }

  get size(): number {
    return this.#offsets.size;
  }

  /** Resolves to whether it is parked: not when the lease is over, then the next owner does it. */
  async park(record: Undecodable): Promise<boolean> {
    this.#offsets.add(record.offset);
    try {
      await this.#verdicts.undecodable(this.#lease, record);
    } catch {
      return false;
    }
    return this.#offsets.delete(record.offset);
  }

  /** The lower of that offset and those; null when there is none. */
  lowest(offset: number | null): number | null {
    let lowest = offset ?? Infinity;
    for (const one of this.#offsets) lowest = Math.min(lowest, one);
    return lowest === Infinity ? null : lowest;
  }
}
