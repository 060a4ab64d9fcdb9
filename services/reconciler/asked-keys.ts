import { refresh } from '../../schemas/topics.ts';
import type { Clock } from '../platform/clock.ts';
import { underFence } from '../platform/fence.ts';
import type { Bus, ReadAll } from '../platform/kafka/types.ts';
import type { Leadership } from './leadership.ts';
import type { Ledger } from './ledger/ledger.ts';

export interface AskedKeysOptions {
  bus: Pick<Bus, 'readAll'>;
  ledger: Pick<Ledger, 'noteAsked'>;
  leadership: Pick<Leadership, 'held'>;
  clock: Pick<Clock, 'now'>;
}

/** Notes of what differs when somebody has it read again: a command, the console, an applier, a rule. */
export class AskedKeys {
  readonly #options: AskedKeysOptions;
  #reading: ReadAll | null = null;

  constructor(options: AskedKeysOptions) {
    this.#options = options;
  }

  async follow(): Promise<void> {
    const { bus, clock } = this.#options;
    this.#reading = await bus.readAll(refresh, {
      sinceMs: clock.now(),
      onRecord: ({ value }) => {
        // One that may come to nothing, as those of sweeps, is no repair.
        if (value?.always === true) void this.#note(value.topic, value.key, value.requestedAt);
      },
    });
  }

  async stop(): Promise<void> {
    await this.#reading?.stop();
  }

  async #note(topic: string, key: string, at: number): Promise<void> {
    const { ledger, leadership } = this.#options;
    const held = leadership.held();
    if (held === null) return;
    // Not written down it is asked for once more at worst.
    await underFence(held.lease, () => ledger.noteAsked(topic, key, at)).catch(() => undefined);
  }
}
