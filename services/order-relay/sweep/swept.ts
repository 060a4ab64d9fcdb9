import type { Order } from '../../../schemas/types.ts';
import type { Magento } from '../../magento/magento.ts';
import type { SweepPage } from '../../magento/sweep.ts';
import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import { askedById, askedByNumber } from '../orders/order-request.ts';
import type { PublishedStates } from '../requests/published.ts';
import type { Asked } from '../requests/request.ts';
import type { CodeIds } from '../../magento/code-ids.ts';

/** One row of a list that is swept, and the order it makes us look at. */
export interface SweptRow {
  entityId: number;
  updatedAt: string;
  asked: Asked;
  /** `updated_at` of the state seen; null when the row is not the order itself. */
  seen: string | null;
  /** Nothing is to be asked: that state was published. */
  known: boolean;
}

/** A list of the shop that is swept by (`updated_at`, `entity_id`). */
export interface SweptList {
  name: string;
  /** Where the first sweep begins: at orders.since, or at the shop's now minus the overlap. */
  startsAt: 'since' | 'now';
  /** Oldest change first. `totalCount` counts what is left from this page on. */
  page(window: SweepPage): Promise<{ rows: SweptRow[]; totalCount: number }>;
}

export interface SweptListOptions {
  magento: Pick<Magento, 'orders' | 'shipments'>;
  stores: Pick<CodeIds, 'codeOf'>;
  published: Pick<PublishedStates<Order>, 'has'>;
  instance: string;
  /** orders.since, UTC milliseconds. */
  since: number;
}

export function sweptOrders({ magento, stores, published, instance, since }: SweptListOptions): SweptList {
  return {
    name: 'orders',
    startsAt: 'since',
    async page(window) {
      const createdFrom = magentoTime(since);
      const { orders, totalCount } = await magento.orders.page({ ...window, createdFrom });
      const rows: SweptRow[] = [];
      for (const { entity_id, increment_id, store_id, updated_at } of orders) {
        const store = await stores.codeOf(store_id);
        const asked =
          store === null
            ? askedById(instance, entity_id)
            : askedByNumber({ instance, store, incrementId: increment_id });
        const known = published.has(asked.key, epochMsOf(updated_at));
        rows.push({ entityId: entity_id, updatedAt: updated_at, asked, seen: updated_at, known });
      }
      return { rows, totalCount };
    },
  };
}

/** A second shipment of an order does not move the order's own `updated_at` (FACTS section 3). */
export function sweptShipments({ magento, instance }: SweptListOptions): SweptList {
  return {
    name: 'shipments',
    // What was shipped before is in the orders that their own first sweep makes us read.
    startsAt: 'now',
    async page(window) {
      const { shipments, totalCount } = await magento.shipments.page(window);
      const rows = shipments.map(({ entity_id, order_id, updated_at }) => ({
        entityId: entity_id,
        updatedAt: updated_at,
        asked: askedById(instance, order_id),
        seen: null,
        known: false,
      }));
      return { rows, totalCount };
    },
  };
}
