import { createHash } from 'node:crypto';
import { orders as ordersContract } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import { buyerOf } from '../../erp/orders/buyer.ts';
import type { ErpOrders } from '../../erp/orders/erp-orders.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import type { Orders } from '../../magento/orders.ts';
import type { Config } from '../../platform/config/schema.ts';
import { contractDecimal, fromMinor, toPlaces } from '../../platform/decimal.ts';
import { Held, Rejected, Unavailable } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import { codesOf } from '../../wanted/orders/codes.ts';
import { whyNotDue } from '../../wanted/orders/due.ts';
import { isSameValue } from '../../wanted/orders/same-value.ts';

/** One thing of one order, as its record has it and as one side shows it. Null: nothing. */
export interface DailyField {
  side: 'shop' | 'ERP';
  name: string;
  wanted: string | null;
  found: string | null;
  isEqual: boolean;
}

export interface DailyOrder {
  key: string;
  fields: DailyField[];
  /** Why a side could not be asked, in words; null where both could. */
  unknown: string | null;
}

export interface DailyReport {
  /** The day of the orders, in UTC, such as 2026-11-27. */
  day: string;
  /** Draws the same orders again. */
  seed: string;
  /** Of that day, on the topic. */
  orders: number;
  drawn: DailyOrder[];
}

export interface DailyOptions {
  bus: Pick<Bus, 'readAll'>;
  shop: Pick<Orders, 'numbered'>;
  erp: Pick<ErpOrders, 'lookup' | 'compare'>;
  config: Pick<Config, 'instance' | 'orders'> & { guests: Config['customers']['guests'] };
  /** UTC milliseconds of its beginning. */
  dayAt: number;
  seed: string;
  /** How many are drawn. */
  count: number;
}

const dayMs = 86_400_000;

/** Draws orders of a day and compares each, field by field, with what shop and ERP show now. Nothing is written. */
export async function dailyReport(options: DailyOptions): Promise<DailyReport> {
  const { bus, config, dayAt, seed, count } = options;
  const day = new Date(dayAt).toISOString().slice(0, 10);
  const all = new Set<string>();
  const ofDay = (order: Order | null): order is Order =>
    order?.instance === config.instance &&
    order.createdAt >= Math.max(dayAt, config.orders.since) &&
    order.createdAt < dayAt + dayMs;
  // Twice, so that of a day with many orders only those that are drawn are kept; none that was erased since.
  const take = (key: string, value: Order | null) => void (ofDay(value) ? all.add(key) : all.delete(key));
  await readToEnd(bus, ordersContract, ({ key, value }) => take(key, value), { sinceMs: dayAt });
  const drawn = draw([...all], seed, count);
  const newest = new Map<string, Order>();
  const note = (key: string, value: Order | null) =>
    void (ofDay(value) ? newest.set(key, value) : newest.delete(key));
  const from = { sinceMs: dayAt, keys: drawn };
  if (drawn.length > 0) await readToEnd(bus, ordersContract, ({ key, value }) => note(key, value), from);
  const compared: DailyOrder[] = [];
  for (const key of drawn) if (newest.has(key)) compared.push(await compare(key, newest.get(key)!, options));
  return { day, seed, orders: all.size, drawn: compared };
}

/** By a digest of seed and key: the same again, also when some of them are gone or others have come. */
export function draw(keys: readonly string[], seed: string, count: number): string[] {
  const placed = keys.map((key) => ({
    key,
    place: createHash('sha256').update(`${seed} ${key}`).digest('hex'),
  }));
  return placed
    .toSorted((one, other) => (one.place < other.place ? -1 : 1))
    .slice(0, count)
    .map(({ key }) => key);
}

async function compare(key: string, order: Order, { shop, erp, config }: DailyOptions): Promise<DailyOrder> {
  const [fields, reasons]: [DailyField[], string[]] = [[], []];
  for (const ask of [() => inShop(order, shop), () => inErp(key, order, erp, config)])
    try {
      fields.push(...(await ask()));
    } catch (error) {
      if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
      reasons.push(error.fault.what);
    }
  return { key, fields, unknown: reasons.join('; ') || null };
}

function field(
  side: DailyField['side'],
  name: string,
  wanted: string | null,
  found: string | null,
): DailyField {
  return { side, name, wanted, found, isEqual: isSameValue(wanted, found) };
}

async function inShop(order: Order, shop: Pick<Orders, 'numbered'>): Promise<DailyField[]> {
  const found = (await shop.numbered(order.incrementId)).find((one) => one.entity_id === order.entityId);
  if (found === undefined) return [field('shop', 'exists', 'yes', null)];
  const { totals, lines } = order;
  const shown = shownItems(found);
  const skus = new Set([...lines.map(({ sku }) => sku), ...shown.keys()]);
  const ordered = quantities(lines.map(({ sku, quantity }) => [sku, quantity]));
  const total = toPlaces(fromMinor(totals.grandTotalMinor, totals.digits), totals.digits);
  return [
    field('shop', 'state', order.state, found.state),
    field('shop', 'status', order.status, found.status),
    field('shop', 'total', total, found.grand_total),
    field('shop', 'currency', totals.currency, found.order_currency_code),
    ...[...skus].map((sku) =>
      field('shop', `lines.${sku}.quantity`, ordered.get(sku) ?? null, shown.get(sku) ?? null),
    ),
  ];
}

const shownItems = ({ items }: MagentoOrder) =>
  quantities(
    items
      .filter(({ parent_item_id: parent }) => parent === null)
      .map(({ sku, qty_ordered: quantity }) => [sku, quantity]),
  );

/** Of one SKU there may be several lines: all of them, in the order of their quantities. */
function quantities(lines: readonly (readonly [string | null, string | null])[]): Map<string, string> {
  const bySku = Map.groupBy(lines, ([sku]) => sku ?? '');
  return new Map(
    [...bySku].map(([sku, own]) => [
      sku,
      own
        .map(([, quantity]) => contractDecimal(quantity ?? '0'))
        .toSorted()
        .join(' + '),
    ]),
  );
}

async function inErp(
  key: string,
  order: Order,
  erp: DailyOptions['erp'],
  { orders, guests }: DailyOptions['config'],
): Promise<DailyField[]> {
  const buyer = buyerOf(order, guests);
  const compared = await erp.compare?.([{ key, order, codes: codesFor(order, orders), buyer }]);
  const fields = compared?.get(key);
  if (fields !== undefined) return fields.map(({ name, ours, theirs }) => field('ERP', name, ours, theirs));
  const found = await erp.lookup(key);
  const isThere = found !== null && found.isDone !== false;
  return [field('ERP', 'exists', isThere || isDue(order, orders) ? 'yes' : null, isThere ? 'yes' : null)];
}

function codesFor(order: Order, orders: Config['orders']): object {
  try {
    return codesOf(order, orders);
  } catch (error) {
    if (error instanceof Held) return {};
    throw error;
  }
}

/** What has no rule is held, and is missing all the same. */
function isDue(order: Order, { payments }: Config['orders']): boolean {
  try {
    return whyNotDue(order, payments) === null;
  } catch (error) {
    if (error instanceof Held) return true;
    throw error;
  }
}
