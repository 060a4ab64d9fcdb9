import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoOrderItem } from '../magento/order-item-shape.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { decimalOf, dividedBy, minus, sum, times, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Held, Rejected } from '../platform/errors.ts';
import { amountOf } from './amounts.ts';
import { leftItems, refunding, wantedItems } from './lines.ts';
import type { OrderedItem, WantedItem } from './lines.ts';
import { invoiceOf } from './order-state.ts';

/** What a credit memo of the ERP is to be in the shop. */
export interface RefundPlan {
  wanted: readonly WantedItem[];
  /** Order item ids. */
  returnToStock: readonly number[];
  shipping: Decimal;
  adjustmentRefund: Decimal;
  adjustmentFee: Decimal;
  /** What it is to come to; null: whatever the shop makes of it. */
  total: Decimal | null;
}

/** @throws Rejected when a line is not of the order, or the document pays nothing back. */
export function refundPlanOf(document: Fulfilment, order: MagentoOrder): RefundPlan {
  const returned = document.lines.filter(({ returnToStock }) => returnToStock === true);
  const wanted = refundedItems(document, order);
  const plan = {
    wanted,
    returnToStock: returnedItems(document, wanted, refundedItems({ ...document, lines: returned }, order)),
    shipping: amountOf(document, 'shippingMinor') ?? zero,
    adjustmentRefund: amountOf(document, 'adjustmentRefundMinor') ?? zero,
    adjustmentFee: amountOf(document, 'adjustmentFeeMinor') ?? zero,
    total: amountOf(document, 'totalMinor'),
  };
  if (wanted.length > 0 || plan.shipping > 0n || plan.adjustmentRefund > 0n) return plan;
  throw rejected(document, 'empty', 'pays nothing back', 'Correct the document in the ERP');
}

/** Magento gives back all of an item, or nothing of it. */
function returnedItems(
  document: Fulfilment,
  wanted: readonly WantedItem[],
  returned: readonly WantedItem[],
): number[] {
  const paid = new Map(wanted.map(({ item, quantity }) => [item.item_id, quantity]));
  const partly = returned.find(({ item, quantity }) => quantity !== paid.get(item.item_id));
  if (partly)
    throw rejected(
      document,
      'partly_returned',
      `returns ${toPlaces(partly.quantity, 4)} of ${partly.item.sku} and pays back ${toPlaces(paid.get(partly.item.item_id) ?? zero, 4)}: the shop gives back all of an item or nothing`,
      'Make two documents of it in the ERP',
    );
  return returned.map(({ item }) => item.item_id);
}

/** A bundle with prices of its parts is paid back by these, each in proportion: Magento refuses it by itself (FACTS section 13). */
function refundedItems(document: Fulfilment, order: MagentoOrder): WantedItem[] {
  if (document.lines.length === 0) return [];
  return wantedItems(document, order, refunding).flatMap((wanted) => {
    const parts = pricedParts(wanted.item, order);
    if (parts.length === 0) return [wanted];
    return parts.map((item) => {
      const perUnit = dividedBy(decimalOf(item.qty_ordered), decimalOf(wanted.item.qty_ordered));
      return { item, quantity: times(perUnit, wanted.quantity) };
    });
  });
}

function pricedParts({ item_id, product_type }: MagentoOrderItem, { items }: MagentoOrder) {
  const parts = items.filter(({ parent_item_id }) => parent_item_id === item_id);
  const arePriced = parts.some(({ base_price }) => decimalOf(base_price) !== zero);
  return product_type === 'bundle' && arePriced ? parts : [];
}

/** The items that credit memos of an order count: what is part of another item is listed with it, or instead of it. */
export function refundableItems(order: MagentoOrder): ReadonlySet<number> {
  const tops = order.items.filter(({ parent_item_id }) => parent_item_id === null);
  return new Set(
    tops.flatMap((item) => {
      const parts = pricedParts(item, order);
      return (parts.length === 0 ? [item] : parts).map(({ item_id }) => item_id);
    }),
  );
}

/**
 * What is left to pay back, checked before the call: money is on its way after it.
 * @throws Held where the order is not invoiced that far yet, Rejected where it never will be.
 */
export function refundItems(plan: RefundPlan, document: Fulfilment, order: MagentoOrder): OrderedItem[] {
  const mayCome = plan.wanted.every(({ item, quantity }) => quantity <= mayBeInvoiced(item));
  const early = plan.wanted.find(({ item, quantity }) => quantity > refunding.leftOf(item));
  if (early && mayCome) throw notInvoiced(document, `${toPlaces(early.quantity, 4)} of ${early.item.sku}`);
  const items = leftItems(plan.wanted, document, refunding);
  const shippingLeft = minus(
    decimalOf(order.base_shipping_incl_tax ?? order.base_shipping_amount),
    decimalOf(order.base_shipping_refunded),
  );
  if (plan.shipping > shippingLeft)
    throw rejected(
      document,
      'shipping',
      `pays back ${toPlaces(plan.shipping, 2)} of the shipping, of which ${toPlaces(shippingLeft, 2)} are left`,
      'Correct the document in the ERP',
    );
  refuseTooMuchMoney(plan, document, order);
  return items;
}

function refuseTooMuchMoney({ total }: RefundPlan, document: Fulfilment, order: MagentoOrder): void {
  if (total === null) return;
  const left = (amount: string | null) => minus(decimalOf(amount), decimalOf(order.base_total_refunded));
  if (total <= left(order.base_total_paid)) return;
  if (total <= left(order.base_grand_total)) throw notInvoiced(document, toPlaces(total, 2));
  throw rejected(
    document,
    'more_than_paid',
    `pays back ${toPlaces(total, 2)}, of which ${toPlaces(left(order.base_total_paid), 2)} are left of what was paid`,
    'Look whether somebody else has paid back in the shop; correct the document in the ERP, or `cartage parked discard KEY --reason TEXT`',
  );
}

function mayBeInvoiced({ qty_ordered, qty_canceled, qty_refunded }: MagentoOrderItem): Decimal {
  return minus(decimalOf(qty_ordered), sum([qty_canceled, qty_refunded].map(decimalOf)));
}

/**
 * It does not wait in its place: what it needs may be the very next document of its order, which comes after it there.
 */
function notInvoiced(document: Fulfilment, what: string): Held {
  return new Held({
    code: 'creditmemo.not_invoiced',
    what: `Document ${document.documentId} pays back ${what}, which the shop has not invoiced yet`,
    fix: 'It is released by the invoice, within minutes of it: let the ERP or the shop invoice the order',
    waitsFor: invoiceOf(document),
  });
}

function rejected(document: Fulfilment, code: string, what: string, fix: string): Rejected {
  const { documentId, incrementId } = document;
  return new Rejected({
    code: `creditmemo.${code}`,
    what: `Document ${documentId} of order ${incrementId} ${what}`,
    fix,
  });
}
