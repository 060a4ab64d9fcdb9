import type { Store } from '../../magento/store.ts';
import type { Clock } from '../../platform/clock.ts';

/** A store view may be renamed; then its orders have another key from then on. */
const maxAgeMs = 600_000;
/** Unknown numbers do not make us ask more often than this. */
const minAgeMs = 5_000;

/** Store view ids and codes, asked for when needed. */
export class Stores {
  private readonly store: Pick<Store, 'views'>;
  private readonly clock: Pick<Clock, 'now'>;
  private codes = new Map<number, string>();
  private ids = new Map<string, number>();
  private askedAt = -Infinity;
  private asking: Promise<void> | null = null;

  constructor(store: Pick<Store, 'views'>, clock: Pick<Clock, 'now'>) {
    this.store = store;
    this.clock = clock;
  }

  /** What is known without asking; undefined when it is not, or when it is time to ask again. */
  knownCode(storeId: number): string | undefined {
    return this.clock.now() - this.askedAt < maxAgeMs ? this.codes.get(storeId) : undefined;
  }

  /** Null when the shop has no such store view. @throws Unavailable when the shop cannot be asked. */
  async codeOf(storeId: number): Promise<string | null> {
    if (this.knownCode(storeId) === undefined) await this.refresh();
    return this.codes.get(storeId) ?? null;
  }

  /** Null when the shop has no such store view. @throws Unavailable when the shop cannot be asked. */
  async idOf(code: string): Promise<number | null> {
    if (!this.ids.has(code) || this.clock.now() - this.askedAt >= maxAgeMs) await this.refresh();
    return this.ids.get(code) ?? null;
  }

  private async refresh(): Promise<void> {
    if (this.clock.now() - this.askedAt < minAgeMs) return;
    this.asking ??= this.ask().finally(() => (this.asking = null));
    await this.asking;
  }

  private async ask(): Promise<void> {
    const views = await this.store.views();
    this.codes = new Map(views.map(({ id, code }) => [id, code]));
    this.ids = new Map(views.map(({ id, code }) => [code, id]));
    this.askedAt = this.clock.now();
  }
}
