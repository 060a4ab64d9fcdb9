import { cursors } from '../../schemas/topics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Bus, ReadAll } from '../platform/kafka/types.ts';

/** Whether what the ERP tells still comes: its ingester writes its cursor once a minute, also when nothing has changed. */
export class ErpFeed {
  readonly #instance: string;
  readonly #maxAgeMs: number;
  readonly #clock: Pick<Clock, 'now'>;
  #toldAt = Infinity;
  #reading: ReadAll | null = null;

  constructor(instance: string, maxAgeMs: number, clock: Pick<Clock, 'now'>) {
    this.#instance = instance;
    this.#maxAgeMs = maxAgeMs;
    this.#clock = clock;
  }

  isOld(): boolean {
    return this.#clock.now() - this.#toldAt > this.#maxAgeMs;
  }

  async follow(bus: Pick<Bus, 'readAll'>): Promise<void> {
    this.#reading = await bus.readAll(cursors, {
      onRecord: ({ value }) => {
        if (value?.process !== 'erp-ingester') return;
        const { source, updatedAt } = value;
        if (source === this.#instance || source.startsWith(`${this.#instance}/`)) this.#toldAt = updatedAt;
      },
    });
    await this.#reading.caughtUp;
  }

  async stop(): Promise<void> {
    await this.#reading?.stop();
  }
}
