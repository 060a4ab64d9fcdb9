import { Unavailable, messageOf } from '../../platform/errors.ts';
import { LeaseLost, underFence } from '../../platform/fence.ts';
import type { Fence } from '../../platform/fence.ts';
import { backOffMs } from '../../platform/flow/outcome/policy.ts';
import type { Policy } from '../../platform/flow/outcome/policy.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { SweepResult } from './sweep.ts';

/** One list that is swept; `Sweep` in production. */
export interface Sweeping {
  name: string;
  run(): Promise<SweepResult>;
}

export interface SweepScheduleOptions {
  intervalMs: number;
  /** The lease on partition 0 of the requests, under which this process sweeps; null while another one holds it. */
  lease: () => Fence | null;
  clock: Clock;
  random: () => number;
  policy: Policy;
  log: Pick<Log, 'info' | 'warn'>;
}

/** How soon a process that becomes the one that sweeps notices. */
const lookMs = 500;
/** So long the webhooks may carry alone before `cartage_ready` and its alert say that something is wrong. */
const troubleAfterMs = 900_000;

/**
 * Sweeps one list when it is time, as long as this process holds partition 0 of `cartage.refresh`: the group elects, so
 * replicas need no election of their own. It sweeps under that lease: one that was stopped in the middle and wakes up
 * writes nothing more. Each list is swept by itself, so that one that may not be read holds no other up.
 */
export class SweepSchedule {
  readonly #sweep: Sweeping;
  readonly #options: SweepScheduleOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #failing: { since: number; why: string } | null = null;
  #failures = 0;

  /** It begins at once. */
  constructor(sweep: Sweeping, options: SweepScheduleOptions) {
    this.#sweep = sweep;
    this.#options = options;
    this.#running = this.#loop();
  }

  /** Null while all is well or another process sweeps; else since when and why nothing was swept. */
  unhealthyReason(): string | null {
    if (this.#failing === null || this.#options.clock.now() - this.#failing.since <= troubleAfterMs)
      return null;
    return `no sweep since ${new Date(this.#failing.since).toISOString()}: ${this.#failing.why}`;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { clock, intervalMs, lease: leaseNow } = this.#options;
    let dueAt = clock.now();
    let held: Fence | null = null;
    while (!this.#stopping.signal.aborted) {
      const lease = leaseNow();
      // Who takes over begins at once: the last one may have stopped long ago.
      if (lease && lease !== held) dueAt = clock.now();
      if (!lease) this.#failing = null;
      held = lease;
      if (lease && clock.now() >= dueAt) dueAt = clock.now() + (await underFence(lease, () => this.#run()));
      else await clock.wait(Math.min(lookMs, intervalMs), this.#stopping.signal);
    }
  }

  /** @returns in how many milliseconds it is to run again. */
  async #run(): Promise<number> {
    const { intervalMs, log } = this.#options;
    const { name } = this.#sweep;
    try {
      const { rows, requests } = await this.#sweep.run();
      if (requests > 0) log.info({ sweep: name, rows, requests }, 'sweep made requests');
      this.#failing = null;
      this.#failures = 0;
      return intervalMs;
    } catch (error) {
      return error instanceof LeaseLost ? intervalMs : this.#failed(error);
    }
  }

  #failed(error: unknown): number {
    const { clock, log, policy, random } = this.#options;
    this.#failures += 1;
    this.#failing = { since: this.#failing?.since ?? clock.now(), why: messageOf(error) };
    const retryAfterMs = error instanceof Unavailable ? (error.retryAfterMs ?? 0) : 0;
    const delayMs = Math.max(backOffMs(this.#failures, policy, random()), retryAfterMs);
    log.warn(
      { err: error, sweep: this.#sweep.name, failures: this.#failures, delayMs },
      'sweep failed, trying again',
    );
    return delayMs;
  }
}
