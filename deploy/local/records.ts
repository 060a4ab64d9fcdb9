import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that was started, written down where the next start finds it. */
interface ProcessRecord {
  name: string;
  pid: number;
  startedAt: string;
}

/**
 * When a process began, in the system's own words; undefined when there is none. Together with the id it
 * names a process for ever: ids alone are given out again.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // Field 22; the name in field 2 may contain anything, so count from its closing bracket.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      // A zombie is no process any more: it holds nothing and only waits to be counted.
      return fields[0] === 'Z' ? undefined : `${bootId()}/${fields[19]}`;
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Written at once and synchronously: we may be killed in the next moment. */
export function recordProcess(file: string, name: string, pid: number): void {
  const startedAt = startTimeOf(pid);
  if (startedAt === undefined) return;
  const record: ProcessRecord = { name, pid, startedAt };
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}

/**
 * Ends what an earlier start left behind: the recorded processes that still are the same ones, with their groups.
 * Politely first (PostgreSQL and Kafka close their files), then not.
 * @returns the names of those that were ended.
 */
export async function endRecordedProcesses(file: string, politeMs = 10_000): Promise<string[]> {
  const left = readRecords(file).filter(isAlive);
  for (const record of left) signal(record.pid, 'SIGTERM');
  const deadline = performance.now() + politeMs;
  while (left.some(isAlive) && performance.now() < deadline) await sleep(50);
  for (const record of left.filter(isAlive)) signal(-record.pid, 'SIGKILL');
  while (left.some(isAlive)) await sleep(20);
  rmSync(file, { force: true });
  return left.map(({ name }) => name);
}

/** Whether one of the processes written down in this file still runs. */
export function isRecordedAlive(file: string): boolean {
  return readRecords(file).some(isAlive);
}

function readRecords(file: string): ProcessRecord[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as ProcessRecord];
      } catch {
        return []; // the last line, cut by the end of who wrote it
      }
    })
    .toReversed();
}

function isAlive({ pid, startedAt }: ProcessRecord): boolean {
  return startTimeOf(pid) === startedAt;
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch {
    // It ended in this moment.
  }
}
