import { performance } from 'node:perf_hooks';

/** How busy a process is: a share from 0 to 1 of the time since the last question. */
export type Busy = () => number;

/** As `--expose-gc` gives it (`nodeOptions` in processes.ts). */
export type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

const lookEveryMs = 10_000;
const quietShare = 0.05;
/** What lives is walked over, at about 2 ms for each of these. */
const maxHeapBytes = 64 * 1024 * 1024;

/**
 * Gives back what the start of a process has left, a tenth of its memory: what was read to be compiled, a configuration,
 * a topic read to its end. V8 would do it by itself only when memory gets short, which in a quiet process is never.
 * Everything waits for it, about 50 ms, so it is done once, when the process has little to do, and not where much is kept.
 */
export function clearAfterStart(
  collect: Collect | null = (globalThis as { gc?: Collect }).gc ?? null,
  busy: Busy = eventLoopShare(),
  heapBytes: () => number = () => process.memoryUsage().heapUsed,
): void {
  if (collect === null) return;
  const timer = setInterval(() => {
    if (busy() > quietShare) return;
    clearInterval(timer);
    if (heapBytes() <= maxHeapBytes) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, lookEveryMs);
  timer.unref();
}

function eventLoopShare(): Busy {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
