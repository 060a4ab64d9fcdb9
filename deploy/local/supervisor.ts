import { setTimeout as sleep } from 'node:timers/promises';
import type { Part, RunningPart } from './part.ts';
import type { Report } from './report.ts';

export interface SupervisorOptions {
  parts: readonly Part[];
  report: Report;
  /** Aborted: nothing new is started, what is starting is ended. */
  abort: AbortController;
  /** Waits before the first, second … restart of a part that died; the last one is repeated. */
  restartDelaysMs?: readonly number[];
  /** After running so long a part that dies again begins with the first wait. */
  healthyAfterMs?: number;
}

interface Unit {
  part: Part;
  running?: RunningPart;
  /** Restarts in a row. */
  restarts: number;
}

/**
 * Starts parts as soon as what they need is ready, watches them, and stops each after everything that needs it.
 *
 * A part that dies while it runs is started again after a wait that grows. One without which nothing works (Kafka,
 * the database) has a bounded number of tries; then everything is stopped, because the others would only
 * complain. One that does not come up at the very first start stops everything at once: a person watches.
 */
export class Supervisor {
  /** Settles when an essential part is dead for good. */
  readonly failed: Promise<Error>;
  readonly #options: Required<SupervisorOptions>;
  readonly #units: Map<string, Unit>;
  readonly #stopping = new Map<string, Promise<void>>();
  readonly #starting = new Set<Promise<void>>();
  #fail: (error: Error) => void = () => undefined;

  constructor(options: SupervisorOptions) {
    this.#options = {
      restartDelaysMs: [1000, 2000, 5000, 15_000, 30_000],
      healthyAfterMs: 60_000,
      ...options,
    };
    this.#units = new Map(options.parts.map((part) => [part.name, { part, restarts: 0 }]));
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** @throws what the first part that did not start threw, after stopping all others. */
  async start(): Promise<void> {
    const ready = new Map<string, Promise<void>>();
    for (const unit of this.#units.values()) {
      const needed = unit.part.needs.map((name) => {
        const before = ready.get(name);
        if (!before) throw new Error(`${unit.part.name} needs ${name}, which is no part listed before it.`);
        return before;
      });
      ready.set(
        unit.part.name,
        Promise.all(needed).then(() => this.#startNow(unit)),
      );
    }
    try {
      await Promise.all(ready.values());
    } catch (error) {
      this.#options.abort.abort(error);
      await Promise.allSettled(ready.values());
      await this.stop();
      throw error;
    }
  }

  /** Stops everything, each part after those that need it. May be called at any time and more than once. */
  async stop(): Promise<void> {
    this.#options.abort.abort(new Error('stopped'));
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#units.keys()].map((name) => this.#stopPart(name)));
  }

  /** No good-bye: for the second Ctrl-C. */
  async kill(): Promise<void> {
    this.#options.abort.abort(new Error('stopped'));
    await Promise.all([...this.#units.values()].map(async ({ running }) => running?.process?.kill()));
  }

  async #startNow(unit: Unit): Promise<void> {
    const { abort, report } = this.#options;
    abort.signal.throwIfAborted();
    report.starting(unit.part);
    const starting = unit.part.start().then((running) => {
      unit.running = running;
    });
    this.#starting.add(starting);
    try {
      await starting;
    } finally {
      this.#starting.delete(starting);
    }
    report.ready(unit.part, unit.running?.address);
    void this.#watch(unit);
  }

  async #watch(unit: Unit): Promise<void> {
    const { abort, report, healthyAfterMs } = this.#options;
    const watched = unit.running?.process;
    if (!watched) return;
    const since = performance.now();
    const exit = await watched.exited;
    if (abort.signal.aborted) return;
    if (performance.now() - since > healthyAfterMs) unit.restarts = 0;
    report.died(unit.part, exit, watched.lastLines());
    await this.#restart(unit);
  }

  async #restart(unit: Unit): Promise<void> {
    const { abort, report, restartDelaysMs } = this.#options;
    for (;;) {
      if (unit.restarts >= (unit.part.restartsMax ?? Infinity)) {
        this.#fail(
          new Error(`${unit.part.title} died ${unit.restarts + 1} times in a row; nothing works without it.`),
        );
        return;
      }
      const delayMs = restartDelaysMs[Math.min(unit.restarts, restartDelaysMs.length - 1)] ?? 0;
      unit.restarts += 1;
      report.restarting(unit.part, delayMs);
      try {
        await sleep(delayMs, undefined, { signal: abort.signal });
        // What is left of the dead one: children, a class archive.
        await unit.running?.stop();
        await this.#startNow(unit);
        return;
      } catch (error) {
        if (abort.signal.aborted) return;
        report.failed(unit.part, error);
      }
    }
  }

  #stopPart(name: string): Promise<void> {
    const known = this.#stopping.get(name);
    if (known) return known;
    const stopping = this.#stopAfterDependents(name);
    this.#stopping.set(name, stopping);
    return stopping;
  }

  async #stopAfterDependents(name: string): Promise<void> {
    const dependents = [...this.#units.values()].filter(({ part }) => part.needs.includes(name));
    await Promise.all(dependents.map(({ part }) => this.#stopPart(part.name)));
    const unit = this.#units.get(name);
    if (!unit?.running) return;
    await unit.running.stop();
    if (!unit.part.endsByItself) this.#options.report.stopped(unit.part);
  }
}
