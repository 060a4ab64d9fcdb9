import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief, OrderItemInBrief } from '../magento/order-shape.ts';
import { decimalOf, minus, sum, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Held, Rejected } from '../platform/errors.ts';
import { amountOf } from './amounts.ts';
import { leftItems, refunding } from './lines.ts';
import type { OrderedItem, WantedItem } from './lines.ts';
import { invoiceOf } from './order-state.ts';
import { shippingLeft } from './shipping-paid-back.ts';
import type { ShippingAsked } from './shipping-paid-back.ts';
import type { OrderUnits } from './units.ts';
import { wantedItems } from './wanted.ts';

/** What a credit memo of the ERP is to be in the shop. */
export interface RefundPlan {
  wanted: readonly WantedItem[];
  /** Order item ids. */
  returnToStock: readonly number[];
  shipping: ShippingAsked;
  adjustmentRefund: Decimal;
  adjustmentFee: Decimal;
  /** What it is to come to; null: whatever the shop makes of it. */
  total: Decimal | null;
}

/** @throws Rejected when a line is not of the order, or the document pays nothing back. */
export function refundPlanOf(document: Fulfilment, units: OrderUnits, shipping: ShippingAsked): RefundPlan {
  const returned = document.lines.filter(({ returnToStock }) => returnToStock === true);
  const wanted = refundedItems(document, units);
  const plan = {
    wanted,
    returnToStock: returnedItems(document, wanted, refundedItems({ ...document, lines: returned }, units)),
    shipping,
    adjustmentRefund: amountOf(document, 'adjustmentRefundMinor') ?? zero,
    adjustmentFee: amountOf(document, 'adjustmentFeeMinor') ?? zero,
    total: amountOf(document, 'totalMinor'),
  };
  if (wanted.length > 0 || shipping.amount > 0n || plan.adjustmentRefund > 0n) return plan;
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

function refundedItems(document: Fulfilment, units: OrderUnits): WantedItem[] {
  return document.lines.length === 0 ? [] : wantedItems(document, units, refunding);
}

/**
 * What is left to pay back, checked before the call: money is on its way after it.
 * @throws Held where the order is not invoiced that far yet, Rejected where it never will be.
 */
export function refundItems(plan: RefundPlan, document: Fulfilment, order: OrderInBrief): OrderedItem[] {
  const mayCome = plan.wanted.every(({ item, quantity }) => quantity <= mayBeInvoiced(item));
  const early = plan.wanted.find(({ item, quantity }) => quantity > refunding.leftOf(item));
  if (early && mayCome) throw notInvoiced(document, `${toPlaces(early.quantity, 4)} of ${early.item.sku}`);
  const items = leftItems(plan.wanted, document, refunding);
  const { amount } = plan.shipping;
  const [, leftWithTax] = shippingLeft(order);
  if (amount > leftWithTax)
    throw rejected(
      document,
      'shipping',
      `pays back ${toPlaces(amount, 2)} of the shipping before its discount, of which ${toPlaces(leftWithTax, 2)} are left`,
      'Correct the document in the ERP, or let fulfilments.creditMemos.shipping say how the ERP tells shipping: as it was paid, or as it is listed before its discount',
    );
  refuseTooMuchMoney(plan, document, order);
  return items;
}

function refuseTooMuchMoney({ total }: RefundPlan, document: Fulfilment, order: OrderInBrief): void {
  if (total === null || document.amounts?.currency !== order.base_currency_code) return;
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

function mayBeInvoiced({ qty_ordered, qty_canceled, qty_refunded }: OrderItemInBrief): Decimal {
  return minus(decimalOf(qty_ordered), sum([qty_canceled, qty_refunded].map(decimalOf)));
}

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
