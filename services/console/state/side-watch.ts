import { Rejected, Unavailable, messageOf } from '../../platform/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/telemetry/log.ts';

export type SideName = 'shop' | 'ERP';

/** What is wrong with a side, as long as it is. */
export interface SideTrouble {
  side: SideName;
  /** When it was seen first, UTC milliseconds. */
  since: number;
  code: string;
  what: string;
  fix: string;
  /** Of the runbook. */
  section: string;
}

interface SideWatchOptions {
  side: SideName;
  /** Asks it for next to nothing. @returns its clock minus ours, where it shows one */
  probe: () => Promise<{ skewMs: number } | null>;
  clock: Clock;
  onChange: () => void;
  log: Pick<Log, 'warn' | 'info' | 'error'>;
}

const intervalMs = 30_000;
/** One call that fails is nothing yet. */
const againMs = 5_000;
/** As the alert has it; from 600 s behind on the shop refuses every call. */
const skewMaxMs = 60_000;

/**
 * Asks one side whether it answers, because while it does not no record is finished and none is parked: all that is shown
 * stands still, and looks as it does when there is nothing to do.
 */
export class SideWatch {
  readonly #options: SideWatchOptions;
  readonly #over = new AbortController();
  #failing: SideTrouble | null = null;
  #isTold = false;

  constructor(options: SideWatchOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  /** A call that hangs is not waited for; what it brings is not told any more. */
  stop(): void {
    this.#over.abort();
  }

  trouble(): SideTrouble | null {
    return this.#isTold ? this.#failing : null;
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const wasFailing = this.#failing !== null;
      await this.#look();
      const isFirst = this.#failing !== null && !wasFailing;
      await this.#options.clock.wait(isFirst ? againMs : intervalMs, signal);
    }
  }

  async #look(): Promise<void> {
    const { side, clock, onChange, log } = this.#options;
    const known = this.#failing;
    const found = await this.#found();
    if (this.#over.signal.aborted) return;
    this.#failing = found && { side, since: known?.since ?? clock.now(), ...found };
    const isTold = found !== null && known !== null;
    if (isTold !== this.#isTold) {
      if (isTold) log.warn({ ...this.#failing }, 'a side does not answer as it should');
      else log.info({ side }, 'a side answers again');
    }
    const changed = isTold !== this.#isTold || (isTold && known.what !== found.what);
    this.#isTold = isTold;
    if (changed) onChange();
  }

  async #found(): Promise<Omit<SideTrouble, 'side' | 'since'> | null> {
    try {
      const shown = await this.#options.probe();
      if (shown === null || Math.abs(shown.skewMs) <= skewMaxMs) return null;
      return {
        code: 'shop.clock',
        what: `Its clock is ${Math.round(shown.skewMs / 1_000)} s apart from ours`,
        fix: 'Let both hosts follow a time server',
        section: 'Clock of the shop',
      };
    } catch (error) {
      if (!(error instanceof Rejected || error instanceof Unavailable)) return this.#unforeseen(error);
      // It has understood the question, and refuses it: it is there.
      if (error instanceof Rejected && this.#options.side === 'ERP') return null;
      const { code, what, why, fix } = error.fault;
      const isRefused = error instanceof Unavailable && error.needsOperator;
      const section =
        isRefused && this.#options.side === 'shop' ? 'Credentials of the shop' : 'Server errors';
      return { code, what: why === undefined ? what : `${what} (${why})`, fix, section };
    }
  }

  /** The watch goes on: nobody waits for what it throws, and that would be the end of the console. */
  #unforeseen(error: unknown): Omit<SideTrouble, 'side' | 'since'> {
    const { side, log } = this.#options;
    log.error({ side, err: error }, 'a side could not be asked');
    return {
      code: 'side.unforeseen',
      what: `It could not be asked (${messageOf(error)})`,
      fix: 'See the log of the console: this is a fault of Cartage',
      section: 'Server errors',
    };
  }
}
