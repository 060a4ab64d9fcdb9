import { Defect } from '../errors.ts';
import { Life } from './life.ts';

/** How long a process may take to finish what it began. Kubernetes' grace period must be longer. */
export const drainTimeoutMs = 9_000;

/**
 * Runs a process from the first line of its main.ts. SIGTERM and SIGINT end it at any moment: code 0 after a clean end,
 * 1 when that failed or took longer than the drain time. A second signal ends it at once.
 *
 * `start` loads the process by `import()`: that takes a second, in which nothing else would hear a signal; as the first
 * process of a container, which has no default action for SIGTERM, it would then be killed only after the grace period.
 * A start that fails ends the process with code 1, unless that is what a signal brought about.
 */
export function runProcess(start: (life: Life) => Promise<void>): void {
  const life = new Life();
  const onSignal = () => {
    if (life.stopping.aborted) process.exit(1);
    setTimeout(notDrained, drainTimeoutMs).unref();
    // A rejection ends the process like any bug.
    void life.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  void start(life).catch((error: unknown) => {
    if (!life.stopping.aborted) throw error;
  });
}

function notDrained(): never {
  throw new Defect(`not drained after ${drainTimeoutMs} ms: what was in flight is settled by the next owner`);
}

/** A bug that nobody caught must end the process: a silent half-dead one is worse than a restart. */
export function exitOnBug(report: (error: unknown) => void): void {
  const fail = (error: unknown) => {
    report(error);
    process.exitCode = 1;
    // One turn of the event loop, so that the log line is written.
    setImmediate(() => process.exit(1));
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}
