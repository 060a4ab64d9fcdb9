/** What a process takes, by what Linux says of it. */
import { readFileSync } from 'node:fs';

/** Resident memory in MiB. */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

/** Linux counts in hundredths of a second, whatever its own clock does (USER_HZ). */
const ticksPerSecond = 100;

/** Seconds of a processor that it has used so far, by itself and in the kernel for it. */
export function cpuSeconds(pid: number): number {
  // Fields 14 and 15; the name in field 2 may contain anything, so count from its closing bracket.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
