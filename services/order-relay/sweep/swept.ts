import type { DocumentKind } from '../../magento/documents.ts';
import type { Magento } from '../../magento/magento.ts';
import type { List } from '../../magento/rest/list.ts';
import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import type { SweepPage } from '../../magento/sweep.ts';
import type { Order } from '../../../schemas/types.ts';
import { askedById, askedFor } from '../orders/order-request.ts';
import type { Asked, Reason } from '../requests/request.ts';
import type { PublishedStates } from '../requests/published.ts';
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
  reason: Reason;
  /** Where the first sweep begins: at orders.since, or at the shop's now minus the overlap. */
  startsAt: 'since' | 'now';
  /** Oldest change first. `totalCount` counts what is left from this page on. */
  page(window: SweepPage): Promise<List<SweptRow>>;
  /** The order of a row of which nothing but its entity_id can be read; null when that does not tell. */
  askedOf(entityId: number): Asked | null;
}

export interface SweptListOptions {
  magento: Pick<Magento, 'orders' | 'documents'>;
  stores: Pick<CodeIds, 'codeOf'>;
  published: PublishedStates<Order>;
  instance: string;
  /** orders.since, UTC milliseconds. */
  since: number;
}

export function sweptOrders({ magento, stores, published, instance, since }: SweptListOptions): SweptList {
  return {
    name: 'orders',
    reason: 'sweep',
    startsAt: 'since',
    askedOf: (entityId) => askedById(instance, entityId),
    async page(window) {
      const createdFrom = magentoTime(since);
      const { items, ...rest } = await magento.orders.page({ ...window, createdFrom });
      const rows: SweptRow[] = [];
      for (const order of items) {
        const { entity_id, updated_at } = order;
        const asked = askedFor(order, await stores.codeOf(order.store_id), instance);
        const known = published.has(asked.key, epochMsOf(updated_at));
        rows.push({ entityId: entity_id, updatedAt: updated_at, asked, seen: updated_at, known });
      }
      return { ...rest, items: rows };
    },
  };
}

/** Not each document moves the `updated_at` of its order: a second shipment does not (FACTS section 3). */
export function sweptDocuments(
  kind: DocumentKind,
  { magento, instance }: Pick<SweptListOptions, 'magento' | 'instance'>,
): SweptList {
  return {
    name: kind,
    reason: 'document',
    // What was shipped before is in the orders that their own first sweep makes us read.
    startsAt: 'now',
    askedOf: () => null,
    async page(window) {
      const { items, ...rest } = await magento.documents.page(kind, window);
      const rows = items.map(({ entity_id, order_id, updated_at }) => ({
        entityId: entity_id,
        updatedAt: updated_at,
        asked: askedById(instance, order_id),
        seen: null,
        known: false,
      }));
      return { ...rest, items: rows };
    },
  };
}
