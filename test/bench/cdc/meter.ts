import { residentMb, treeCpuSeconds } from '../resources.ts';

const sampleEveryMs = 100;

export interface Costs {
  /** Processor time of the side for each change. */
  cpuMicroseconds: number;
  /** Of the database server in the same time, whoever caused it. */
  serverCpuMicroseconds: number;
  highestRssMb: number;
}

/** What a side takes from when this is made until it is read. */
export class Meter {
  readonly #pid: number;
  readonly #serverPid: number;
  readonly #before: readonly [number, number];
  readonly #timer: NodeJS.Timeout;
  #highestRssMb = 0;

  constructor(pid: number, serverPid: number) {
    this.#pid = pid;
    this.#serverPid = serverPid;
    this.#before = [treeCpuSeconds(pid), treeCpuSeconds(serverPid)];
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs);
    this.#sample();
  }

  read(changes: number): Costs {
    this.#sample();
    clearInterval(this.#timer);
    const each = (pid: number, before: number) =>
      Math.round(((treeCpuSeconds(pid) - before) * 1_000_000) / changes);
    return {
      cpuMicroseconds: each(this.#pid, this.#before[0]),
      serverCpuMicroseconds: each(this.#serverPid, this.#before[1]),
      highestRssMb: this.#highestRssMb,
    };
  }

  #sample(): void {
    try {
      this.#highestRssMb = Math.max(this.#highestRssMb, residentMb(this.#pid));
    } catch {
      // It has ended: whoever waits for what it should have done says so.
    }
  }
}
