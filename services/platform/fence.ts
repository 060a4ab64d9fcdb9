/**
 * The right to begin an effect, carried along with the work that was given it.
 *
 * Whoever holds a partition (or the ERP's replication slot) may lose it at any moment: by a pause longer than the
 * session, by a machine that slept, by a network that is cut. From then on another process works on the same keys,
 * and an effect of ours that begins late would undo its newer one. So the right travels with the work, and each
 * effect asks for it in the very moment in which it begins: a publish before every attempt, an HTTP request when it
 * leaves the queue for a connection, a statement before it is sent. Nobody can forget to pass it on.
 *
 * It costs one asynchronous context per piece of work, and two readings of the clock per effect.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Fence {
  /** False from the moment another process may hold what this work is about; never true again. Reads the clocks. */
  isCurrent(): boolean;
}

/** Thrown instead of beginning an effect: somebody else holds the key now. Nothing was begun by who threw it. */
export class LeaseLost extends Error {
  constructor(what: string) {
    super(`The lease on ${what} is over: another process holds it now, nothing more is begun.`);
    this.name = 'LeaseLost';
  }
}

const carried = new AsyncLocalStorage<Fence>();

/** Runs `work`, and all that it starts, under the fence. */
export function underFence<Result>(fence: Fence, work: () => Result): Result {
  return carried.run(fence, work);
}

/** For what many pieces of work share, such as a look-up that is kept: it is no effect of any of them. */
export function unfenced<Result>(work: () => Result): Result {
  return carried.exit(work);
}

/** The fence that this piece of work stands under; null where it needs none (a webhook, a command). */
export function currentFence(): Fence | null {
  return carried.getStore() ?? null;
}

/** To be called as an effect begins. @throws LeaseLost */
export function assertCurrent(what: string, fence: Fence | null = currentFence()): void {
  if (fence !== null && !fence.isCurrent()) throw new LeaseLost(what);
}

/** Work on several partitions stands as long as all of them do. */
export function allOf(fences: readonly Fence[]): Fence {
  return { isCurrent: () => fences.every((fence) => fence.isCurrent()) };
}
