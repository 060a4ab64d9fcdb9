import { Defect } from '../errors.ts';

/** How long a process may take to finish what it began. Kubernetes' grace period must be longer. */
export const drainTimeoutMs = 10_000;

/**
 * Forwards SIGTERM and SIGINT to `stop`, once, and ends the process: code 0 after a clean stop, 1 when it failed
 * or took longer than the drain time. A second signal ends it at once.
 */
export function forwardSignals(stop: () => Promise<void>, report: (error: unknown) => void): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    const timer = setTimeout(() => {
      report(
        new Defect(`not drained after ${drainTimeoutMs} ms: what was in flight is settled by the next owner`),
      );
      process.exit(1);
    }, drainTimeoutMs);
    timer.unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        report(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
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
