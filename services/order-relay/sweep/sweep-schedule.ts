import { Unavailable, messageOf } from '../../platform/errors.ts';
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
  sweeps: readonly Sweeping[];
  intervalMs: number;
  /** This process is the one that sweeps: it holds partition 0 of the requests. */
  isMine: () => boolean;
  clock: Clock;
  random: () => number;
  policy: Policy;
  log: Log;
}

export interface SweepSchedule {
  /** Null while all is well or another process sweeps; else since when and why nothing was swept. */
  unhealthyReason(): string | null;
  stop(): Promise<void>;
}

/** How soon a process that becomes the one that sweeps notices. */
const lookMs = 500;
/** So long the webhooks may carry alone before /readyz says that something is wrong. */
const troubleAfterMs = 900_000;

/**
 * Sweeps when it is time, as long as this process holds partition 0 of `cartage.refresh`: the group elects, so replicas
 * need no election of their own. Two that sweep for a moment write the same requests, which collapse.
 */
export function startSweeps(options: SweepScheduleOptions): SweepSchedule {
  const { clock, log, policy } = options;
  const stopping = new AbortController();
  let failing: { since: number; why: string } | null = null;
  let failures = 0;

  async function sweepAll(): Promise<number> {
    try {
      for (const sweep of options.sweeps) {
        const { rows, requests } = await sweep.run();
        if (requests > 0) log.info({ sweep: sweep.name, rows, requests }, 'sweep asked for orders');
      }
      failing = null;
      failures = 0;
      return options.intervalMs;
    } catch (error) {
      failures += 1;
      const why = messageOf(error);
      failing = { since: failing?.since ?? clock.now(), why };
      const retryAfterMs = error instanceof Unavailable ? (error.retryAfterMs ?? 0) : 0;
      const delayMs = Math.max(backOffMs(failures, policy, options.random()), retryAfterMs);
      log.warn({ err: error, failures, delayMs }, 'sweep failed, trying again');
      return delayMs;
    }
  }

  async function loop(): Promise<void> {
    let dueAt = clock.now();
    let wasMine = false;
    while (!stopping.signal.aborted) {
      const mine = options.isMine();
      // Who takes over begins at once: the last one may have stopped long ago.
      if (mine && !wasMine) dueAt = clock.now();
      if (!mine) failing = null;
      wasMine = mine;
      if (mine && clock.now() >= dueAt) dueAt = clock.now() + (await sweepAll());
      else await clock.wait(Math.min(lookMs, options.intervalMs), stopping.signal);
    }
  }

  const running = loop();
  return {
    unhealthyReason: () =>
      failing !== null && clock.now() - failing.since > troubleAfterMs
        ? `no sweep since ${new Date(failing.since).toISOString()}: ${failing.why}`
        : null,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
