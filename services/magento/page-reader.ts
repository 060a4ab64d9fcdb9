import { BatchSize } from './batch-size.ts';
import { LimitExceeded } from './rest/answers.ts';
import type { List } from './rest/list.ts';
import type { PageLimits } from './sweep.ts';
import type { Clock } from '../platform/clock.ts';
import { Unavailable } from '../platform/errors.ts';

export interface PageReaderOptions {
  /** Rows per page at most. */
  pageSize: number;
  clock: Pick<Clock, 'now'>;
}

type AskPage<Item> = (limits: PageLimits) => Promise<List<Item>>;

/** A call that takes longer asks for too much. */
const targetMs = 3_000;
/** Magento's ids are unsigned integers of four bytes. */
const maxEntityId = 2 ** 32 - 1;
/** Rows left out of a page; the one that was left out longest is met again. */
const maxPassedOver = 50;
const passedOverMs = 3_600_000;

/**
 * Reads pages as large as the shop answers in time, down to one row. A row that Magento fails over even then (an order
 * without its payment, an extension that cannot bear it) is found by halving the ids, and comes like one that cannot be
 * read. Such rows are left out of what is asked for the next hour.
 */
export class PageReader {
  readonly #options: PageReaderOptions;
  #size: BatchSize;
  readonly #passedOver = new Map<number, number>();

  constructor(options: PageReaderOptions) {
    this.#options = options;
    this.#size = this.#fullSize();
  }

  /** @throws Unavailable when it is the shop that fails, and not a page of it. */
  async read<Item>(ask: AskPage<Item>): Promise<List<Item>> {
    this.#forget();
    for (;;) {
      const withoutEntityIds = [...this.#passedOver.keys()];
      const pageSize = this.#size.current;
      try {
        const page = await this.#size.request(pageSize, () => ask({ pageSize, withoutEntityIds }));
        for (const { id } of page.unreadable) this.#passOver(Number(id));
        return page;
      } catch (error) {
        if (error instanceof LimitExceeded && this.#size.current < pageSize) continue;
        if (!(await isOfItsRows(error, ask))) throw error;
        if (pageSize > 1) continue;
        const id = await this.#blocking((limits) => ask({ ...limits, withoutEntityIds }));
        this.#passOver(id);
        // It was that row, and not how many there were.
        this.#size = this.#fullSize();
        const why = (error as Unavailable).fault.what;
        return { items: [], unreadable: [{ id: String(id), why }], totalCount: Infinity };
      }
    }
  }

  #fullSize(): BatchSize {
    const { pageSize, clock } = this.#options;
    return new BatchSize({ initial: pageSize, max: pageSize, targetMs }, clock);
  }

  /** Up to which id a page of one fails, while one up to the id before does not. */
  async #blocking(ask: AskPage<unknown>): Promise<number> {
    let [good, bad] = [0, maxEntityId];
    while (bad - good > 1) {
      const upToEntityId = Math.floor((good + bad) / 2);
      try {
        await ask({ pageSize: 1, upToEntityId });
        good = upToEntityId;
      } catch (error) {
        if (!(await isOfItsRows(error, ask))) throw error;
        bad = upToEntityId;
      }
    }
    return bad;
  }

  #passOver(entityId: number): void {
    this.#passedOver.set(entityId, this.#options.clock.now());
    const [longest] = this.#passedOver.keys();
    if (this.#passedOver.size > maxPassedOver) this.#passedOver.delete(longest!);
  }

  #forget(): void {
    const now = this.#options.clock.now();
    for (const [id, since] of this.#passedOver) if (now - since > passedOverMs) this.#passedOver.delete(id);
  }
}

/** @throws what the shop throws when it is the shop: then a page without rows fails as well. */
async function isOfItsRows(error: unknown, ask: AskPage<unknown>): Promise<boolean> {
  if (!(error instanceof Unavailable) || !error.perhapsRecord) return false;
  await ask({ pageSize: 1, upToEntityId: 0 });
  return true;
}
