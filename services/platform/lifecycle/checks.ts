import type { ReadyCheck } from '../http/server.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Null while all is well, else why not, in words. */
type Why = () => string | null;

/** What a process looks at to tell how it is. */
export class Checks {
  readonly #needed = new Map<string, Why>();
  readonly #shown = new Map<string, Why>();
  readonly #told = new Map<string, Why>();

  /** Without it nothing can be served: /readyz says so, and a Service leaves the replica out. */
  need(label: string, why: Why): void {
    this.#needed.set(label, why);
  }

  /** Wrong as well, but whoever calls is served all the same: for the metric and its alert. Instead of a need of that name. */
  show(label: string, why: Why): void {
    this.#needed.delete(label);
    this.#shown.set(label, why);
  }

  /** As somebody wants it to be: /readyz tells it, and is well. */
  tell(label: string, why: Why): void {
    this.#told.set(label, why);
  }

  /** For /readyz. */
  readiness(): Record<string, ReadyCheck> {
    const needed = [...this.#needed].map(([label, why]) => [label, asCheck(why())] as const);
    const told = [...this.#told].flatMap(([label, words]) => {
      const why = words();
      return why === null ? [] : [[label, { ok: true, why }] as const];
    });
    return Object.fromEntries([...needed, ...told]);
  }

  /** All of them as they are now. One that throws is not well; the scrape goes on. */
  export(ready: Metrics['ready']): void {
    for (const [check, why] of [...this.#needed, ...this.#shown]) ready.set({ check }, passes(why) ? 1 : 0);
  }
}

function asCheck(why: string | null): ReadyCheck {
  return why === null ? { ok: true } : { ok: false, why };
}

function passes(why: Why): boolean {
  try {
    return why() === null;
  } catch {
    return false;
  }
}
