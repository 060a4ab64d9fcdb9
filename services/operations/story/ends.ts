/** The two sides, asked live: each question fails by itself, and what failed is said in its place. */
import { fulfilments, prices, products, stock } from '../../../schemas/topics.ts';
import type { Fulfilment, Prices, Product, Stock } from '../../../schemas/types.ts';
import type { AskedRecords } from '../../erp/ask-records.ts';
import type { FoundOrder } from '../../erp/orders/erp-orders.ts';
import type { MagentoCreditMemo } from '../../magento/credit-memos.ts';
import type { MagentoInvoice } from '../../magento/invoices.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import type { MagentoProduct } from '../../magento/products.ts';
import type { MagentoShipment } from '../../magento/shipments.ts';
import type { StoredSourceItem } from '../../magento/source-items.ts';
import { Rejected, Unavailable, messageOf } from '../../platform/errors.ts';

export interface Ends {
  shop: Pick<Magento, 'orders' | 'shipments' | 'invoices' | 'creditMemos' | 'products' | 'sourceItems'>;
  records: Pick<AskedRecords, 'of'>;
  /** Null where who asks may not ask that: the ERP's orders are read by whoever writes them. */
  lookUpOrder: ((key: string) => Promise<FoundOrder | null>) | null;
}

/** An answer, or why there is none. */
export interface Asked<Value> {
  value: Value;
  unknown: string | null;
}

export interface ShopOrder {
  order: MagentoOrder;
  shipments: MagentoShipment[];
  invoices: MagentoInvoice[];
  creditMemos: MagentoCreditMemo[];
}

export interface ErpOrder {
  found: FoundOrder | null;
  documents: Fulfilment[];
}

export interface ShopSku {
  product: MagentoProduct | null;
  items: StoredSourceItem[];
}

export interface ErpSku {
  stock: Stock[];
  products: Product[];
  prices: Prices[];
}

/** Numbers are unique per store: more than a few of one are no help. */
const ordersMax = 5;

export function askShopOrders({ shop }: Ends, number: string): Promise<Asked<ShopOrder[]>> {
  return softly([], async () => {
    const orders = await shop.orders.numbered(number);
    return Promise.all(
      orders.slice(0, ordersMax).map(async (order) => ({
        order,
        shipments: await shop.shipments.ofOrder(order.entity_id),
        invoices: await shop.invoices.ofOrder(order.entity_id),
        creditMemos: await shop.creditMemos.ofOrder(order.entity_id),
      })),
    );
  });
}

/** @param keys under which it may be there: the first that is known */
export async function askErpOrder(
  { records, lookUpOrder }: Ends,
  keys: readonly string[],
): Promise<Asked<ErpOrder>> {
  const documents = await softly(
    [],
    async () => (await records.of(fulfilments.topic, keys)) as never as Fulfilment[],
  );
  const found =
    lookUpOrder === null
      ? { value: null, unknown: 'the order itself is asked for by `cartage explain order` alone' }
      : await softly(null, () => firstFound(lookUpOrder, keys));
  return {
    value: { found: found.value, documents: documents.value },
    unknown: joined([found.unknown, documents.unknown]),
  };
}

async function firstFound(lookUp: (key: string) => Promise<FoundOrder | null>, keys: readonly string[]) {
  for (const key of keys.slice(0, ordersMax)) {
    const found = await lookUp(key);
    if (found !== null) return found;
  }
  return null;
}

export function askShopSku({ shop }: Ends, sku: string): Promise<Asked<ShopSku>> {
  return softly({ product: null, items: [] }, async () => ({
    product: await shop.products.get(sku),
    items: await shop.sourceItems.read({ skus: [sku] }),
  }));
}

export async function askErpSku(
  { records }: Ends,
  sku: string,
  stockKeys: readonly string[],
): Promise<Asked<ErpSku>> {
  const of = <Value>(topic: string, keys: readonly string[]) =>
    softly([] as Value[], async () => (await records.of(topic, keys)) as never as Value[]);
  const [held, made, priced] = await Promise.all([
    of<Stock>(stock.topic, stockKeys),
    of<Product>(products.topic, [sku]),
    of<Prices>(prices.topic, [sku]),
  ]);
  return {
    value: { stock: held.value, products: made.value, prices: priced.value },
    unknown: joined([held.unknown, made.unknown, priced.unknown]),
  };
}

async function softly<Value>(otherwise: Value, ask: () => Promise<Value>): Promise<Asked<Value>> {
  try {
    return { value: await ask(), unknown: null };
  } catch (error) {
    return { value: otherwise, unknown: wordsOf(error) };
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Rejected || error instanceof Unavailable)) return messageOf(error);
  const { what, why } = error.fault;
  return why === undefined ? what : `${what} (${why})`;
}

function joined(reasons: (string | null)[]): string | null {
  return [...new Set(reasons.filter((why) => why !== null))].join('; ') || null;
}
