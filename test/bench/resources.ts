/** What a process takes, by what Linux says of it. */
import { readFileSync, readdirSync } from 'node:fs';

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

/** The same of a process and all that it has started, what has ended included once it was waited for. */
export function treeCpuSeconds(pid: number): number {
  const fieldsOf = (one: string | number) =>
    readFileSync(`/proc/${one}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number);
  const children = new Map<number, number[]>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)))
    try {
      const fields = fieldsOf(name);
      children.set(fields[1]!, [...(children.get(fields[1]!) ?? []), Number(name)]);
      ticks.set(Number(name), fields[11]! + fields[12]! + fields[13]! + fields[14]!);
    } catch {
      // It has ended since.
    }
  const sum = (one: number): number =>
    (children.get(one) ?? []).reduce((total, child) => total + sum(child), ticks.get(one) ?? 0);
  return sum(pid) / ticksPerSecond;
}
