import { controls } from '../../../schemas/topics.ts';
import type { Control } from '../../../schemas/types.ts';
import { groupOf, modeOf } from '../groups.ts';
import type { Bus, ReadAll } from '../kafka/types.ts';
import type { Log } from '../telemetry/log.ts';

/** What operators have set of the flows of this instance. */
export interface Controls {
  /** Of the flow that reads in a group, in whatever mode; null where nothing was ever set. */
  of(group: string): Control | null;
  /** Called after each change, until what it returns is called. */
  onChange(listener: () => void): () => void;
  /** Resolves when all that was set is known: no flow begins before, because it may be paused. */
  known(): Promise<void>;
}

/** Follows `cartage.controls`, from the first flow that asks until `stop`. */
export class FollowedControls implements Controls {
  readonly #bus: Pick<Bus, 'readAll'>;
  readonly #instance: string;
  readonly #log: Pick<Log, 'warn'>;
  /** By group. */
  readonly #set = new Map<string, Control>();
  readonly #listeners = new Set<() => void>();
  #reading: Promise<ReadAll> | null = null;
  #isCaughtUp = false;

  constructor(bus: Pick<Bus, 'readAll'>, instance: string, log: Pick<Log, 'warn'>) {
    this.#bus = bus;
    this.#instance = instance;
    this.#log = log;
  }

  of(group: string): Control | null {
    return this.#set.get(modeOf(group).group) ?? null;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async known(): Promise<void> {
    this.#reading ??= this.#bus.readAll(controls, {
      onRecord: ({ value }) => value?.instance === this.#instance && this.#take(value),
      // What was set stays in force until it is set otherwise: a topic that is gone has set nothing free.
      onRecreated: () =>
        this.#log.warn({ topic: controls.topic }, 'recreated: what was set of flows stays set'),
    });
    await (
      await this.#reading
    ).caughtUp;
    this.#isCaughtUp = true;
  }

  /** Why flows of a process do nothing, in words; null where none of them is paused. */
  whyPaused(process: string): string | null {
    const own = [...this.#set.values()].filter(
      ({ reader, paused }) => paused && (reader === process || reader.startsWith(`${process}.`)),
    );
    const words = own.map(
      ({ reader, setBy, setAt, reason }) =>
        `${reader} was paused by ${setBy} at ${new Date(setAt).toISOString()}: ${reason}`,
    );
    return words.join('; ') || null;
  }

  #take(control: Control): void {
    this.#set.set(groupOf(this.#instance, control.reader), control);
    const { reader, paused, concurrencyMax, batchMax, schedule, reason, setBy } = control;
    this.#log.warn(
      { reader, paused, concurrencyMax, batchMax, schedule, reason, setBy },
      'an operator has set a flow',
    );
    if (this.#isCaughtUp) for (const listener of this.#listeners) listener();
  }
}

/** The lower of what the process has and what was set; at least one. */
export function atMost(own: number, set: number | null | undefined): number {
  return set == null ? own : Math.max(1, Math.min(own, set));
}
