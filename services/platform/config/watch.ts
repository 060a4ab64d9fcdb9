import type { Clock } from '../clock.ts';
import type { Log } from '../telemetry/log.ts';
import { renewMappings } from './live-mappings.ts';
import type { Configuration } from './read.ts';

/** The mappings of a running process. */
export interface Mappings {
  /** Whether something stands at the path: section, mapping, code. */
  has(path: readonly string[]): boolean;
  /** When what stands at section and mapping came into force: its last change, or the start. UTC milliseconds. */
  changedAt(path: readonly string[]): number;
  /** Calls `listener` after each change that took effect. */
  onChange(listener: () => void): void;
}

/** Longer than the configuration takes its last reading for the newest. */
const lookIntervalMs = 6_000;

/**
 * Follows the configuration by reading its file, a fraction of a millisecond: a ConfigMap that is mounted changes by a
 * swap of symbolic links, which a watch on the file does not see. A bad one is reported by the configuration itself,
 * and the mappings stay in force.
 */
export class MappingsWatch implements Mappings {
  readonly #configuration: Configuration<never>;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #changedAt = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  /** The newest text that was judged. */
  #judged: string | null;
  /** Seen once, and not judged yet: it may be written half. */
  #seen: string | null;
  #running: Promise<void> = Promise.resolve();

  constructor(configuration: Configuration<never>, log: Log, clock: Clock) {
    this.#configuration = configuration;
    this.#log = log;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#judged = this.#seen = configuration.text();
  }

  start(): void {
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopping.abort('stopping');
    await this.#running;
  }

  has(path: readonly string[]): boolean {
    let place: unknown = this.#configuration.config;
    for (const name of path) {
      if (place === null || typeof place !== 'object' || !Object.hasOwn(place, name)) return false;
      place = (place as Record<string, unknown>)[name];
    }
    return place !== undefined;
  }

  changedAt([section, mapping]: readonly string[]): number {
    return this.#changedAt.get(`${section}.${mapping}`) ?? this.#startedAt;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async #follow(): Promise<void> {
    for (;;) {
      await this.#clock.wait(lookIntervalMs, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      const text = this.#configuration.text();
      const isWhole = text === this.#seen;
      this.#seen = text;
      if (!isWhole || text === this.#judged) continue;
      this.#judged = text;
      this.#renew();
    }
  }

  #renew(): void {
    const { inForce, atNextStart } = renewMappings(this.#configuration.config, this.#configuration.current());
    if (atNextStart.length > 0)
      this.#log.warn({ fields: atNextStart }, 'configuration changed: takes effect at the next start');
    if (inForce.length === 0) return;
    this.#log.info({ fields: inForce }, 'configuration changed: in force');
    for (const field of inForce) this.#changedAt.set(field, this.#clock.now());
    for (const listener of this.#listeners) listener();
  }
}
