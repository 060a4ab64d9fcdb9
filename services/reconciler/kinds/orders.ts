import { orderKey } from '../../../schemas/keys.ts';
import { orders as ordersContract } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import { buyerOf } from '../../erp/orders/buyer.ts';
import type { ComparedField, ErpOrders, OrderInput } from '../../erp/orders/erp-orders.ts';
import type { Config } from '../../platform/config/schema.ts';
import { decimalOf, magnitude, minus, toMinor } from '../../platform/decimal.ts';
import { Held } from '../../platform/errors.ts';
import type { Newest } from '../../platform/newest-states.ts';
import { codesOf } from '../../wanted/orders/codes.ts';
import { whyNotDue } from '../../wanted/orders/due.ts';
import { amount, isSameValue } from '../../wanted/orders/same-value.ts';
import type { Comparer, Fact, Money, Unlike } from '../compare/comparer.ts';

/** An order of the shop, small enough for many of them to be held. */
export interface WantedOrder {
  /** As JSON: off the heap. */
  bytes: Buffer;
  /** The ERP must have it; else it may. */
  isDue: boolean;
  /** Why it may not be there though it is due. */
  facts: readonly Fact[];
  money: Money;
  changedAt: number | null;
}

/** About 60 MB of orders. */
const keysMax = 10_000;
const keysPerQuestion = 100;

export interface OrdersOptions {
  erp: Pick<ErpOrders, 'lookup' | 'compare'>;
  orders: Pick<Config['orders'], 'since' | 'payments' | 'shipping' | 'stores' | 'taxes' | 'statuses'>;
  guests: Config['customers']['guests'];
  instance: string;
}

/** What the ERP has of the shop's orders: that they are there, and what the configuration compares of them. */
export function ordersComparer(options: OrdersOptions): Comparer<Order, WantedOrder> {
  return {
    kind: 'orders',
    side: 'erp',
    contract: ordersContract,
    reader: 'order-exporter',
    keysMax,
    keysPerQuestion,
    itemOf: (order) => wantedOrder(order, options),
    changedAt: ({ changedAt }) => changedAt,
    compare: async (entries) => {
      const compared = (await options.erp.compare?.(entries.map((entry) => inputOf(entry, options)))) ?? null;
      const found = new Map<Newest<WantedOrder>, Unlike[]>();
      for (const entry of entries) {
        const fields = compared?.get(entry.key) ?? null;
        if (fields !== null)
          found.set(
            entry,
            fields.flatMap((field) => unlikeOf(field, entry.item)),
          );
        else found.set(entry, (await isMissing(entry, options.erp)) ? [missing(entry.item)] : []);
      }
      return found;
    },
  };
}

/** Null for what the exporter leaves alone. */
function wantedOrder(order: Order, { orders, instance }: OrdersOptions): WantedOrder | null {
  if (order.instance !== instance || order.createdAt < orders.since) return null;
  const { grandTotalMinor: minor, digits, currency } = order.totals;
  const facts: Fact[] = order.problems.length > 0 ? ['inexact'] : [];
  let isDue = true;
  try {
    isDue = whyNotDue(order, orders.payments) === null;
    codesOf(order, orders);
  } catch (error) {
    if (error instanceof Held) facts.push('unmapped');
  }
  const bytes = Buffer.from(JSON.stringify(order));
  return { bytes, isDue, facts, money: { minor, digits, currency }, changedAt: order.occurredAt };
}

function inputOf({ item }: Newest<WantedOrder>, { guests, orders }: OrdersOptions): OrderInput {
  const order = JSON.parse(item.bytes.toString()) as Order;
  const codes = item.facts.includes('unmapped') ? {} : codesOf(order, orders);
  return { key: orderKey(order), order, codes, buyer: buyerOf(order, guests) };
}

async function isMissing(
  { key, item }: Newest<WantedOrder>,
  erp: Pick<ErpOrders, 'lookup'>,
): Promise<boolean> {
  if (!item.isDue) return false;
  const found = await erp.lookup(key);
  // What is half made is still being worked at, or parked.
  return found === null || found.isDone === false;
}

const missing = ({ money, facts }: WantedOrder): Unlike => ({
  field: 'exists',
  wanted: 'yes',
  found: null,
  money,
  facts,
});

function unlikeOf({ name, ours, theirs }: ComparedField, { money }: WantedOrder): Unlike[] {
  if (isSameValue(ours, theirs)) return [];
  const unlike: Unlike = { field: name, wanted: ours, found: theirs };
  return [name === 'total' ? { ...unlike, money: apart(ours, theirs, money) } : unlike];
}

/** What the two are apart; all of it where one of them is no amount. */
function apart(ours: string | null, theirs: string | null, { digits, currency, minor }: Money): Money {
  const [left, right] = [amount.exec(ours ?? ''), amount.exec(theirs ?? '')];
  if (left === null || right === null) return { digits, currency, minor };
  const difference = magnitude(minus(decimalOf(left[0]), decimalOf(right[0])));
  return { digits, currency, minor: toMinor(difference, digits) };
}
