import { orderKey } from '../../schemas/keys.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Clock } from '../platform/clock.ts';
import { Unavailable } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import type { AppliedStock } from './applied-stock.ts';
import { askForStock } from './goods.ts';

export interface StockWaitOptions {
  applied: Pick<AppliedStock, 'has' | 'onNews'>;
  requestRefresh: RequestRefresh;
  /** From the publishing of the document on. */
  waitMs: number;
  clock: Clock;
  /** It was shipped without knowing. */
  onPassed: () => void;
}

/** A document, and when it was published. */
export interface Issued {
  document: Fulfilment;
  publishedAt: number;
}

/** A delivery of the ERP may be of several orders: a document of one number for each. */
export const nameOf = (document: Fulfilment): string => `${orderKey(document)}/${document.documentId}`;

interface Waiting extends Issued {
  goods: readonly string[];
  isAsked: boolean;
  goOn: () => void;
}

/**
 * From the publishing of a document on: its stock, which changed with it, comes by itself within this time nearly always. To
 * ask for it sooner would double the work where all is slow already.
 */
const comesWithinMs = 1_000;

/**
 * Lets a shipment wait until the stock that has gone down by its goods issue is in the shop.
 *
 * Magento's shipment takes the goods from the source and dissolves their reservation. If an older, higher number of the
 * ERP were written after that, the goods would be for sale again. Once the number of the goods issue, or a later one, is
 * written, nothing older comes after it. What does not come by itself is asked for, once: the goods issue may have changed
 * no stock, or the outcome of it is long gone. The wait has a bound, because too much in the shop for a moment is better
 * than parcels that the customer hears nothing of.
 */
export class StockWait {
  readonly #options: StockWaitOptions;
  /** By document. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: StockWaitOptions) {
    this.#options = options;
    options.applied.onNews = () => this.#wake();
  }

  /**
   * By what the document says alone: most shipments that wait do so here.
   * @throws Unavailable, not yet: this order alone waits.
   */
  async ahead(issued: Issued, attempt: Attempt): Promise<void> {
    const goods = new Set(issued.document.lines.map(({ sku }) => sku));
    const open = this.#open(issued, goods);
    if (this.#mayWait(issued, open, attempt)) await this.#wait(issued, open);
  }

  /**
   * By what leaves the source indeed.
   * @returns null when the stock is there; what to say of it when the time is up.
   * @throws Unavailable, not yet: this order alone waits.
   */
  async settle(issued: Issued, goods: Iterable<string>, attempt: Attempt): Promise<string | null> {
    const open = this.#open(issued, goods);
    if (this.#mayWait(issued, open, attempt)) await this.#wait(issued, open);
    if (open.length === 0) return null;
    this.#options.onPassed();
    return `the stock of ${open.join(', ')} after the goods issue was not known to be in the shop`;
  }

  #mayWait(issued: Issued, open: readonly string[], { pressing }: Attempt): boolean {
    if (open.length > 0 && !pressing && this.#leftMs(issued) > 0) return true;
    this.#waiting.delete(nameOf(issued.document));
    return false;
  }

  async #wait(issued: Issued, open: readonly string[]): Promise<never> {
    const { document } = issued;
    const name = nameOf(document);
    const wasAsked = this.#waiting.get(name)?.isAsked ?? false;
    const askInMs = wasAsked ? Infinity : this.#comesInMs(issued);
    const isAsked = wasAsked || askInMs <= 0;
    // Before it is asked for: the answer may be quick.
    const known = new Promise<void>((goOn) =>
      this.#waiting.set(name, { ...issued, goods: open, isAsked, goOn }),
    );
    if (askInMs <= 0)
      await askForStock(document, open, this.#options.requestRefresh, 'goods issue').catch(
        (error: unknown) => {
          this.#waiting.delete(name);
          throw error;
        },
      );
    throw new Unavailable(
      {
        code: 'shipment.stock_not_applied',
        what: `Document ${document.documentId} waits for the stock of ${open.join(', ')}, which its goods issue has changed`,
        fix: 'It goes on by itself when that is written, or when fulfilments.stockWaitMs is over',
      },
      {
        notYet: true,
        retryAfterMs: Math.min(this.#leftMs(issued), isAsked ? Infinity : askInMs),
        until: known,
      },
    );
  }

  #comesInMs({ publishedAt }: Issued): number {
    return publishedAt + comesWithinMs - this.#options.clock.now();
  }

  #leftMs({ publishedAt }: Issued): number {
    const { waitMs, clock } = this.#options;
    return publishedAt + waitMs - clock.now();
  }

  #open({ document }: Issued, goods: Iterable<string>): string[] {
    const { source, shownFrom, version } = document;
    if (source === null) return [];
    const shows = { epoch: version.epoch, number: shownFrom ?? version.number };
    return [...goods].filter((sku) => !this.#options.applied.has({ source, sku }, shows));
  }

  #wake(): void {
    const { clock, waitMs } = this.#options;
    for (const [name, waiting] of this.#waiting)
      if (this.#open(waiting, waiting.goods).length === 0) waiting.goOn();
      // Its order is another process's by now.
      else if (clock.now() > waiting.publishedAt + 2 * waitMs) this.#waiting.delete(name);
  }
}
