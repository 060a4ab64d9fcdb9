/**
 * A reader that does what a flow of states does, without a shop behind it: it keeps the newest record per key, reads
 * up to where its predecessors may have been, claims, and only then takes effect. What it notes are the effects.
 */
import type {
  Lease,
  PartitionReader,
  Received,
  SubscribeOptions,
  Undecodable,
} from '../../services/platform/kafka/types.ts';
import type { Stock } from '../../schemas/types.ts';

export interface Effect {
  key: string;
  number: number;
  partition: number;
  offset: number;
  /** `performance.now()` */
  atMs: number;
}

export class StateWriter {
  readonly effects: Effect[] = [];

  readonly open: SubscribeOptions['open'] = (lease) => new PartitionWriter(lease, this.effects);
}

class PartitionWriter implements PartitionReader {
  readonly #lease: Lease;
  readonly #effects: Effect[];
  #pending = new Map<string, Omit<Effect, 'atMs'>>();
  #readTo: number;
  #closed = false;
  #work: Promise<void> | null = null;

  constructor(lease: Lease, effects: Effect[]) {
    this.#lease = lease;
    this.#effects = effects;
    this.#readTo = lease.start;
  }

  receive(records: (Received<never> | Undecodable)[]): void {
    for (const record of records as unknown as Received<Stock>[]) {
      const { key, partition, offset, value } = record;
      this.#pending.set(key, { key, partition, offset, number: value!.version.number });
      this.#readTo = offset + 1;
    }
    this.#work ??= this.#write().finally(() => (this.#work = null));
  }

  async #write(): Promise<void> {
    while (this.#pending.size > 0 && this.#readTo >= this.#lease.catchUpTo && !this.#closed) {
      const effects = [...this.#pending.values()];
      const readTo = this.#readTo;
      this.#pending = new Map();
      try {
        await this.#lease.claim(readTo - 1);
      } catch {
        return; // the lease is over
      }
      if (!this.#lease.isCurrent()) return;
      const atMs = performance.now();
      this.#effects.push(...effects.map((effect) => ({ ...effect, atMs })));
      this.#lease.finish(readTo);
    }
  }

  full(): boolean {
    return false;
  }

  async close(): Promise<boolean> {
    this.#closed = true;
    await this.#work;
    return true;
  }
}
