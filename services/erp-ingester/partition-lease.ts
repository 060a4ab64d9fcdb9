import { cursors } from '../../schemas/topics.ts';
import { SourceInUse } from '../erp/sources/change-source.ts';
import type { HeldLease, SourceLease } from '../erp/sources/source-lease.ts';
import { Unavailable } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Bus, Lease, Subscription } from '../platform/kafka/types.ts';
import { unlessAborted } from '../platform/waiting.ts';

export interface PartitionLeaseOptions {
  bus: Pick<Bus, 'subscribe'>;
  group: string;
  sessionTimeoutMs: number;
  clock: Pick<Clock, 'wait'>;
}

/** The partition that stands for the source. */
const partition = 0;
/** How long it may take until the group has given it out; looked at so often. */
const givenWithinMs = 3_000;
const lookEveryMs = 100;

/** A lease that this process has, until the group takes it back. */
interface Given {
  lease: Lease;
  /** Fires when the group wants it back. */
  over: AbortController;
  /** Resolves when nothing more is done under it. */
  released: PromiseWithResolvers<void>;
  isTaken: boolean;
}

/**
 * The right to read a source that cannot keep others out by itself: of the processes in a group of their own, whoever is
 * given partition 0 of the cursors has it. Nothing is read from there. The group is left only at the end: each new try
 * would cost the others a rebalance.
 */
export class PartitionLease implements SourceLease {
  readonly #options: PartitionLeaseOptions;
  #subscription: Subscription | null = null;
  #given: Given | null = null;

  constructor(options: PartitionLeaseOptions) {
    this.#options = options;
  }

  async take(): Promise<HeldLease> {
    const { bus, group, sessionTimeoutMs, clock } = this.#options;
    this.#subscription ??= await bus.subscribe({
      contracts: [cursors as never],
      group,
      sessionTimeoutMs,
      open: (lease) => this.#open(lease),
    });
    for (let waitedMs = 0; this.#given === null; waitedMs += lookEveryMs) {
      if (waitedMs >= givenWithinMs) throw inUse(group);
      await clock.wait(lookEveryMs);
    }
    const given = this.#given;
    given.isTaken = true;
    given.released = Promise.withResolvers();
    return {
      fence: given.lease,
      fallsWithinMs: sessionTimeoutMs,
      watch: (signal) => watch(given, signal),
      release: async () => given.released.resolve(),
    };
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop();
  }

  #open(lease: Lease) {
    if (lease.partition === partition)
      this.#given = {
        lease,
        over: new AbortController(),
        released: Promise.withResolvers(),
        isTaken: false,
      };
    return { receive: () => undefined, full: () => false, close: () => this.#close(lease) };
  }

  /** The next owner is told when this one has ended; or when its session has, which the fence knows. */
  async #close(lease: Lease): Promise<boolean> {
    const given = this.#given;
    if (given?.lease !== lease) return true;
    this.#given = null;
    given.over.abort();
    if (given.isTaken) await given.released.promise;
    return true;
  }
}

async function watch({ over }: Given, signal: AbortSignal): Promise<void> {
  const either = AbortSignal.any([over.signal, signal]);
  await unlessAborted(new Promise<never>(() => undefined), either).catch(() => undefined);
  if (!signal.aborted) throw lost();
}

function inUse(group: string): SourceInUse {
  return new SourceInUse({
    code: 'erp.source_in_use',
    what: `Another member of ${group} reads the ERP`,
    fix: 'Nothing: this process stands by, and takes its place when it ends',
  });
}

function lost(): Unavailable {
  return new Unavailable({
    code: 'erp.source_lost',
    what: 'The right to read the ERP was given to another process, or is being given out anew',
    fix: 'Nothing: whoever is given it goes on where this process stopped',
  });
}
