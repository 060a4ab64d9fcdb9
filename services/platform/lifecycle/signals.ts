import { Defect } from '../errors.ts';
import { clearAfterStart } from './after-start.ts';
import { Life } from './life.ts';

/** How long a process may take to finish what it began. Kubernetes' grace period must be longer. */
export const drainTimeoutMs = 9_000;

type Piece = () => unknown;

/** What every process stands on, the larger packages one by one. */
const foundations: Piece[] = [
  () => import('../config/read.ts'),
  () => import('../telemetry/log.ts'),
  () => import('../telemetry/tracing.ts'),
  () => import('../telemetry/metrics.ts'),
  () => import('../http/client.ts'),
  () => import('../http/server.ts'),
  () => import('../kafka/connect.ts'),
];

/**
 * Runs a process from the first line of its main.ts. SIGTERM and SIGINT end it at any moment: code 0 after a clean end,
 * 1 when that failed or took longer than the drain time. A second signal ends it at once.
 *
 * Without a handler the first process of a container would not hear SIGTERM at all, and be killed after the grace
 * period. Loading takes a second of a processor, ten where that is scarce, and Node hears no signal while it loads a
 * module with all that it imports: so everything is loaded from here on, in pieces, with a turn of the event loop
 * after each. A start that fails ends the process with code 1, unless that is what a signal brought about.
 */
export function runProcess(
  start: (life: Life) => Promise<void>,
  pieces = foundations,
  drainMs = drainTimeoutMs,
): void {
  const life = new Life();
  const onSignal = () => {
    if (life.stopping.aborted) process.exit(1);
    setTimeout(notDrained, drainMs, drainMs).unref();
    // A rejection ends the process like any bug.
    void life.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  void load(pieces)
    .then(() => start(life))
    .then(() => clearAfterStart())
    .catch((error: unknown) => {
      if (!life.stopping.aborted) throw error;
    });
}

async function load(pieces: Piece[]): Promise<void> {
  for (const piece of pieces) {
    await piece();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function notDrained(drainMs: number): never {
  throw new Defect(`not drained after ${drainMs} ms: what was in flight is settled by the next owner`);
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
