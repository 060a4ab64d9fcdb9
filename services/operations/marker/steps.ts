import type { Clock } from '../../platform/clock.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';

/** One step of the marker order, as it is told. */
export interface MarkerStepResult {
  name: string;
  status: 'done' | 'skipped' | 'failed' | 'not run';
  durationMs: number;
  /** What was seen, or why not. */
  detail: string;
  fix: string | null;
}

export interface StepsOptions {
  clock: Clock;
  /** How long each may take. */
  withinMs: number;
  /** Somebody wants no more of it: what waits ends, and what follows is not run. */
  signal: AbortSignal;
  /** Told of each as it ends. */
  onStep: (step: MarkerStepResult) => void;
}

/** Between two looks at the same thing. */
const lookAgainMs = 1_000;

/** Runs steps one after the other: the first that fails ends them, those that clean up apart. */
export class Steps {
  readonly results: MarkerStepResult[] = [];
  readonly #options: StepsOptions;
  #hasFailed = false;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  get isWell(): boolean {
    return !this.#hasFailed;
  }

  skip(name: string, detail: string, fix: string | null = null): void {
    this.#tell({ name, status: 'skipped', durationMs: 0, detail, fix });
  }

  /** Done once. @returns what `work` resolves to, with what is said of it; null where it was not run, or failed */
  async once<Value>(name: string, work: () => Promise<Seen<Value>>, always = false): Promise<Value | null> {
    if (!always && !this.#mayRun(name)) return null;
    const startedAt = this.#options.clock.now();
    try {
      const { value, detail } = await work();
      this.#tell({
        name,
        status: 'done',
        durationMs: this.#options.clock.now() - startedAt,
        detail,
        fix: null,
      });
      return value;
    } catch (error) {
      this.#fail(name, startedAt, error);
      return null;
    }
  }

  /** Looks until there is something to see. What the other side cannot answer now it may answer later. */
  until<Value>(
    name: string,
    look: () => Promise<Seen<Value> | null>,
    { always = false, ...missing }: Missing,
  ): Promise<Value | null> {
    return this.once(name, () => this.#seen(look, missing, always), always);
  }

  async #seen<Value>(
    look: () => Promise<Seen<Value> | null>,
    missing: Missing,
    always: boolean,
  ): Promise<Seen<Value>> {
    const { clock, withinMs, signal } = this.#options;
    const endsAt = clock.now() + withinMs;
    for (;;) {
      const seen = await look().catch((error: unknown) => {
        if (!isPassing(error, missing.refusalsPass ?? false) || clock.now() >= endsAt) throw error;
        return null;
      });
      if (seen !== null) return seen;
      if (signal.aborted && !always) throw interrupted();
      if (clock.now() >= endsAt) throw late(missing, withinMs);
      await clock.wait(lookAgainMs, always ? undefined : signal);
    }
  }

  #mayRun(name: string): boolean {
    const { signal } = this.#options;
    if (!this.#hasFailed && !signal.aborted) return true;
    const detail = this.#hasFailed ? 'a step before it failed' : 'interrupted';
    this.#hasFailed = true;
    this.#tell({ name, status: 'not run', durationMs: 0, detail, fix: null });
    return false;
  }

  #fail(name: string, startedAt: number, error: unknown): void {
    if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
    const { what, why, fix } = error.fault;
    this.#hasFailed = true;
    const durationMs = this.#options.clock.now() - startedAt;
    this.#tell({
      name,
      status: 'failed',
      durationMs,
      detail: why === undefined ? what : `${what} (${why})`,
      fix,
    });
  }

  #tell(result: MarkerStepResult): void {
    this.results.push(result);
    this.#options.onStep(result);
  }
}

/** What is said where it does not come. */
export interface Missing {
  /** May tell what was seen last. */
  detail: string | (() => string);
  fix: string;
  /** What is refused now may be taken later: the shop sells it once its index follows. */
  refusalsPass?: boolean;
  /** It cleans up: whatever has happened before, and whoever wants no more of it. */
  always?: boolean;
}

export interface Seen<Value> {
  value: Value;
  detail: string;
}

/** What no person need act on first. */
const isPassing = (error: unknown, refusalsPass: boolean) =>
  (error instanceof Unavailable && !error.needsOperator) || (error instanceof Rejected && refusalsPass);

const late = ({ detail, fix }: Missing, withinMs: number) =>
  new Unavailable({
    code: 'marker.late',
    what: `${typeof detail === 'string' ? detail : detail()} within ${withinMs / 1_000} s`,
    fix,
  });

const interrupted = () =>
  new Unavailable({ code: 'marker.interrupted', what: 'Interrupted', fix: 'Run it again' });
