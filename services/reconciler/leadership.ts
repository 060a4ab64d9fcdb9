import { differences } from '../../schemas/topics.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import type { Lease, Subscription } from '../platform/kafka/types.ts';

/** Its partition 0 stands for the right to work. */
const partition = 0;

/** The right to work, until the group takes it back. */
export interface Held {
  lease: Lease;
  /** Fires when it does. */
  over: AbortController;
}

/**
 * Which of the replicas works: the one that the group of the process has given partition 0 of the differences. Nothing is
 * read from there. Whoever loses it ends what is under way before the next one is told.
 */
export class Leadership {
  readonly #onLost: () => void;
  #onHeld: () => void = () => undefined;
  #subscription: Subscription | null = null;
  #held: Held | null = null;
  /** What is done under it. */
  #work: Promise<unknown> = Promise.resolve();

  /** @param onLost what it showed is another's to show now. */
  constructor(onLost: () => void = () => undefined) {
    this.#onLost = onLost;
  }

  /** @param onHeld called whenever it has been given. */
  async seek(
    { bus, group, sessionTimeoutMs }: Pick<FlowContext, 'bus' | 'group' | 'sessionTimeoutMs'>,
    onHeld: () => void = () => undefined,
  ): Promise<void> {
    this.#onHeld = onHeld;
    this.#subscription = await bus.subscribe({
      contracts: [differences as never],
      group,
      ...(sessionTimeoutMs !== undefined && { sessionTimeoutMs }),
      open: (lease) => this.#open(lease),
    });
  }

  held(): Held | null {
    return this.#held;
  }

  /** Work that the next holder waits for. */
  note(work: Promise<unknown>): void {
    this.#work = work.catch(() => undefined);
  }

  unhealthyReason(): string | null {
    return this.#subscription === null ? 'starting' : this.#subscription.unhealthyReason();
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop();
  }

  #open(lease: Lease) {
    if (lease.partition === partition) {
      this.#held = { lease, over: new AbortController() };
      this.#onHeld();
    }
    return { receive: () => undefined, full: () => false, close: () => this.#close(lease) };
  }

  async #close(lease: Lease): Promise<boolean> {
    const held = this.#held;
    if (held?.lease !== lease) return true;
    this.#held = null;
    held.over.abort(new Error('another replica compares now'));
    await this.#work;
    this.#onLost();
    return true;
  }
}
