import { orders } from '../../../schemas/topics.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { magentoTime } from '../../magento/rest/time.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Bus, ReadAll } from '../../platform/kafka/types.ts';
import { orderOf } from '../orders/order.ts';
import type { Place } from '../orders/order.ts';
import { askedById, askedFor } from '../orders/order-request.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import { nightly } from './nightly.ts';
import type { NightlyOptions } from './nightly.ts';
import type { PageReader } from '../../magento/page-reader.ts';
import type { SweepResult } from './sweep.ts';
import { SweepRequests } from './sweep-requests.ts';
import type { SweepRequestsOptions } from './sweep-requests.ts';

export interface NightlySweepOptions extends SweepRequestsOptions {
  bus: Bus;
  cursors: NightlyOptions['cursors'];
  pages: Pick<PageReader, 'read'>;
  magento: Pick<Magento, 'orders'>;
  stores: Pick<CodeIds, 'codeOf'>;
  /** Codes of websites by the ids of their store views. */
  websites: Pick<CodeIds, 'codeOf'>;
  instance: string;
  /** orders.since, UTC milliseconds. */
  since: number;
  /** When in the day (UTC), milliseconds. */
  atMs: number;
}

const dayMs = 86_400_000;
/** Of an order that is younger every record is still on the topic, so that what is not there was not published. */
const horizonMs = (orders.retentionMs as number) - dayMs;
/** About 30 MB while the round lasts. An order that is forgotten is published once more than needed. */
const maxOrders = 200_000;

/**
 * Once a day every order of the last weeks, by its id: read whole, and compared with what was published last. It finds what
 * no update time shows: an address that was changed in the admin, a row whose time lies ahead of the clock, one that
 * appeared later than every sweep looks back.
 */
export class NightlySweep {
  readonly name = 'orders by id';
  readonly #options: NightlySweepOptions;
  readonly #requests: SweepRequests;

  constructor(options: NightlySweepOptions) {
    this.#options = options;
    this.#requests = new SweepRequests(this.name, options);
  }

  /** A round when one is due. */
  run(): Promise<SweepResult> {
    const { since } = this.#options;
    const round = (now: number) => this.#round(Math.max(since, now - horizonMs));
    return nightly(this.name, this.#options, round).run();
  }

  async #round(createdSince: number): Promise<SweepResult> {
    const published = new BoundedMap<string, string>(maxOrders);
    const reading = await this.#follow(published, createdSince);
    try {
      await reading.caughtUp;
      return await this.#compare(published, magentoTime(createdSince));
    } finally {
      await reading.stop();
    }
  }

  /** An order is published after it was created, so what was published since then is all there is of these orders. */
  #follow(published: BoundedMap<string, string>, sinceMs: number): Promise<ReadAll> {
    const { bus, instance } = this.#options;
    return bus.readAll(orders, {
      sinceMs,
      onRecord: ({ key, value }) => {
        if (value?.instance === instance) published.set(key, shortDigest(value.digest));
      },
    });
  }

  async #compare(published: BoundedMap<string, string>, createdFrom: string): Promise<SweepResult> {
    const { instance, magento, pages } = this.#options;
    const result: SweepResult = { rows: 0, requests: 0 };
    for (let afterEntityId = 0; ;) {
      const { items, unreadable, totalCount } = await pages.read((limits) =>
        magento.orders.wholePage({ createdFrom, afterEntityId, ...limits }),
      );
      for (const row of unreadable)
        await this.#requests.report(row, askedById(instance, Number(row.id)), 'nightly');
      const asked = await Promise.all(items.map((order) => this.#ask(order, published)));
      result.requests += asked.filter(Boolean).length;
      const count = items.length + unreadable.length;
      result.rows += count;
      afterEntityId = items.at(-1)?.entity_id ?? afterEntityId;
      if (count === 0 || count >= totalCount) return result;
    }
  }

  /** @returns whether it was asked for. */
  async #ask(order: MagentoOrder, published: BoundedMap<string, string>): Promise<boolean> {
    const { instance, stores, websites } = this.#options;
    const store = await stores.codeOf(order.store_id);
    const website = await websites.codeOf(order.store_id);
    const asked = askedFor(order, store, instance);
    const digest = store === null ? null : digestOf(order, { instance, store, website });
    if (published.get(asked.key) === digest) return false;
    await this.#requests.ask({ asked, seen: null, reason: 'nightly' });
    return true;
  }
}

/** Null when no record can be made of the order: whoever is asked for it says why. */
function digestOf(order: MagentoOrder, place: Place): string | null {
  try {
    return shortDigest(orderOf(order, place).digest);
  } catch {
    return null;
  }
}

/** Enough to tell a changed order from the same one. */
function shortDigest(digest: string): string {
  return digest.slice(0, 16);
}
