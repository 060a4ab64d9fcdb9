import type { Fence } from '../../platform/fence.ts';

/**
 * The right to be the one reader of a source that cannot keep others out by itself, as a replication slot does. Who gives
 * it knows Kafka; the sources do not.
 */
export interface SourceLease {
  /** @throws {SourceInUse} another process has it. */
  take(): Promise<HeldLease>;
}

export interface HeldLease {
  readonly fence: Fence;
  /** How long after another process took it a former holder may still believe to have it. */
  readonly fallsWithinMs: number;
  /** Until the signal fires. @throws {Unavailable} when it is lost. */
  watch(signal: AbortSignal): Promise<void>;
  release(): Promise<void>;
}
