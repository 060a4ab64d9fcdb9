import type { Clock } from '../platform/clock.ts';
import { unfenced } from '../platform/fence.ts';
import type { CodesById } from './kept-names.ts';

/** Store views and websites come and go, and what is told apart by them is asked for again. */
const maxAgeMs = 600_000;
/** Unknown codes and ids do not make us ask more often than this. */
const minAgeMs = 5_000;

/** Codes and ids of a short list of the shop (store views, websites), asked for when needed and kept for a while. */
export class CodeIds {
  readonly #list: () => Promise<{ id: number; code: string }[]>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept: () => CodesById;
  #codes = new Map<number, string>();
  #ids = new Map<string, number>();
  #askedAt = -Infinity;
  #asking: Promise<void> | null = null;

  /** @param kept as they were known before a restart, for as long as the shop was not asked */
  constructor(
    list: () => Promise<{ id: number; code: string }[]>,
    clock: Pick<Clock, 'now'>,
    kept: () => CodesById = () => ({}),
  ) {
    this.#list = list;
    this.#clock = clock;
    this.#kept = kept;
  }

  /** What is known without asking; undefined when it is not, or when it is time to ask again. */
  knownCode(id: number): string | undefined {
    if (this.#askedAt === -Infinity) return this.#kept()[id];
    return this.#clock.now() - this.#askedAt < maxAgeMs ? this.#codes.get(id) : undefined;
  }

  /** The codes that the shop has, as far as known. */
  knownCodes(): string[] {
    return [...this.#ids.keys()];
  }

  /** Null when the shop has none with the id, or no id is given. @throws Unavailable when the shop cannot be asked. */
  async codeOf(id: number | null): Promise<string | null> {
    if (id === null) return null;
    if (this.#askedAt === -Infinity || this.knownCode(id) === undefined) await this.#refresh();
    return this.#codes.get(id) ?? null;
  }

  /** Null when the shop has none with the code. @throws Unavailable when the shop cannot be asked. */
  async idOf(code: string): Promise<number | null> {
    if (!this.#ids.has(code) || this.#clock.now() - this.#askedAt >= maxAgeMs) await this.#refresh();
    return this.#ids.get(code) ?? null;
  }

  /** Those of the codes that the shop has. @throws Unavailable when the shop cannot be asked. */
  async those(codes: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const code of codes) if ((await this.idOf(code)) !== null) found.add(code);
    return found;
  }

  /** All that the shop has. @throws Unavailable when the shop cannot be asked. */
  async codes(): Promise<string[]> {
    if (this.#clock.now() - this.#askedAt >= maxAgeMs) await this.#refresh();
    return this.knownCodes();
  }

  async #refresh(): Promise<void> {
    if (this.#clock.now() - this.#askedAt < minAgeMs) return;
    // What is learnt serves all, and must not end with the lease of whoever asked first.
    this.#asking ??= unfenced(() => this.#ask()).finally(() => (this.#asking = null));
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const found = await this.#list();
    this.#codes = new Map(found.map(({ id, code }) => [id, code]));
    this.#ids = new Map(found.map(({ id, code }) => [code, id]));
    this.#askedAt = this.#clock.now();
  }
}
