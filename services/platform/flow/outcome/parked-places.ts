import { parked } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import type { FlowContext } from '../context.ts';

type Context = Pick<FlowContext, 'bus' | 'group' | 'clock' | 'metrics' | 'policy'>;

const dayMs = 86_400_000;

/** Whether the original of a parked record has been kept long enough. */
export function originalIsDue(
  { parkedAt }: Pick<Parked, 'parkedAt'>,
  { policy, clock }: Pick<FlowContext, 'policy' | 'clock'>,
): boolean {
  return parkedAt + policy.parkedOriginalDays * dayMs < clock.now();
}

/** What is kept in memory of a record that the group has parked. */
export type ParkedPlace = Pick<
  Parked,
  'group' | 'topic' | 'partition' | 'key' | 'documentId' | 'waitsFor' | 'parkedAt'
> & { hasOriginal: boolean };

/** Places by key on `cartage.parked`, whoever of the group parked or cleared them; the gauge says how many. */
export class ParkedPlaces {
  readonly byKey = new Map<string, ParkedPlace>();
  /** One waits for that. */
  onHeld: (waitsFor: string) => void = () => undefined;
  readonly #context: Context;
  readonly #flow: string | undefined;
  #isLive = false;
  #isRecreated = false;

  constructor(context: Context, flow: string | undefined) {
    this.#context = context;
    this.#flow = flow;
  }

  caughtUp(): void {
    this.#isLive = true;
    this.#show();
  }

  /** What stands on the new topic may be a copy of any age: none of it is taken for what was cleared. */
  recreated(): void {
    this.#isRecreated = true;
    this.byKey.clear();
    this.#show();
  }

  read({ key, value }: { key: string; value: Parked | null }): void {
    if (!key.startsWith(`${this.#context.group}/`)) return;
    if (value === null) this.remove(key);
    else if (this.#isLive && !this.byKey.has(key) && this.#isWithoutOriginal(value))
      // Cleared or discarded while its original was being taken out: that must not bring it back.
      void this.#context.bus.tombstone(parked, key).catch(() => undefined);
    else this.add(key, value);
  }

  add(
    key: string,
    { group, topic, partition, key: recordKey, documentId, waitsFor, parkedAt, recordValue }: Parked,
  ): void {
    const hasOriginal = recordValue !== null;
    const place = { group, topic, partition, key: recordKey, documentId };
    this.byKey.set(key, { ...place, waitsFor, parkedAt, hasOriginal });
    if (waitsFor !== null) this.onHeld(waitsFor);
    this.#show();
  }

  remove(key: string): void {
    this.byKey.delete(key);
    this.#show();
  }

  /** Only `dropOldOriginals` writes such a one. */
  #isWithoutOriginal(value: Parked): boolean {
    return !this.#isRecreated && value.recordValue === null && originalIsDue(value, this.#context);
  }

  #show(): void {
    if (this.#isLive && this.#flow !== undefined)
      this.#context.metrics.parked.set({ flow: this.#flow }, this.byKey.size);
  }
}
