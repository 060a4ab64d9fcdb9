import type { Fulfilment } from '../../schemas/types.ts';
import { paysShipping } from '../magento/credit-memos.ts';
import type { MagentoCreditMemo, Refunded } from '../magento/credit-memos.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { Config } from '../platform/config/schema.ts';
import { decimalOf, toPlaces } from '../platform/decimal.ts';
import { Held } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import { assertCurrency } from './amounts.ts';
import { findOrder } from './find-order.ts';
import { askForStockEverywhere } from './goods.ts';
import { heldWithoutRight } from './held-without-right.ts';
import { refunding } from './lines.ts';
import { madeByHand } from './made-by-hand.ts';
import { findMarked } from './marker.ts';
import { assertOpen, invoiceOf } from './order-state.ts';
import { refundItems, refundPlanOf } from './refund-plan.ts';
import type { RefundPlan } from './refund-plan.ts';
import { roundedToLeft, shippingOnceAsked, shippingPaidBack } from './shipping-paid-back.ts';
import type { StoreIds } from './store-ids.ts';
import { unitsOf } from './units.ts';
import type { OrderUnits } from './units.ts';
import { verifyCreditMemo } from './verify.ts';
import { goodsAsked } from './wanted.ts';

export interface CreditMemoOptions {
  magento: Pick<Magento, 'orders' | 'invoices' | 'creditMemos' | 'products'>;
  instance: string;
  fulfilments: Pick<Config['fulfilments'], 'creditMemos'>;
  stock: Pick<Config['stock'], 'sources'>;
  storeIds: Pick<StoreIds, 'of'>;
  requestRefresh: RequestRefresh;
}

/**
 * Brings a credit memo of the ERP to its order: the one with its marker, else one of the same items and amounts that a
 * person has made, else it is created. As soon as there is one the stock of its goods is asked for, in every case and
 * before anything else can fail: Magento gives back, and takes, by itself (FACTS section 14).
 */
export async function applyCreditMemo(
  document: Fulfilment,
  attempt: Attempt,
  options: CreditMemoOptions,
): Promise<Handled> {
  const order = await findOrder(document, options);
  const rules = options.fulfilments.creditMemos;
  const [made, units] = await Promise.all([
    options.magento.creditMemos.ofOrder(order.entity_id),
    unitsOf(order, refunding, options.magento.products),
  ]);
  const refund = { document, order, units, attempt };
  const marker = markerOf(options.instance, 'document', document.documentId);
  const found = findMarked(made, marker);
  if (found) {
    await askAgain(refund, options);
    verifyCreditMemo(found, document, units, shippingOnceAsked(document, order, rules));
    return { status: 'unchanged', targetId: found.increment_id, cause: 'the credit memo is there' };
  }
  assertCurrency(document, order);
  const shipping = roundedToLeft(shippingPaidBack(document, order, rules), order);
  const plan = refundPlanOf(document, units, shipping);
  const same = sameByHand(made, plan, units, options);
  if (same) return adopt(same, marker, { ...refund, shipping }, options);
  return create(marker, plan, refund, options);
}

/** A credit memo on its way to the shop. */
interface Refund {
  document: Fulfilment;
  order: OrderInBrief;
  units: OrderUnits;
  attempt: Attempt;
}

async function askAgain({ document, units, attempt }: Refund, options: CreditMemoOptions): Promise<void> {
  if (attempt.mode === 'dry') return;
  const goods = [...goodsAsked(document, units, refunding).keys()];
  const sources = Object.keys(options.stock.sources);
  await askForStockEverywhere(sources, document, goods, options.requestRefresh, 'paid back');
}

function sameByHand(
  made: readonly MagentoCreditMemo[],
  { wanted, shipping, adjustmentRefund, adjustmentFee }: RefundPlan,
  units: OrderUnits,
  { instance }: CreditMemoOptions,
): MagentoCreditMemo | undefined {
  return madeByHand(made, wanted, { units, instance }).find(
    (memo) =>
      paysShipping(memo, shipping) &&
      decimalOf(memo.base_adjustment_positive) === adjustmentRefund &&
      decimalOf(memo.base_adjustment_negative) === adjustmentFee,
  );
}

async function adopt(
  memo: MagentoCreditMemo,
  marker: string,
  refund: Refund & Pick<RefundPlan, 'shipping'>,
  options: CreditMemoOptions,
): Promise<Handled> {
  const { increment_id: targetId } = memo;
  const cause = 'a credit memo of the same items and amounts, which was made in the shop';
  if (refund.attempt.mode === 'dry') return { status: 'dry', targetId, cause: `would take over ${cause}` };
  refund.attempt.assertCurrent();
  await options.magento.creditMemos.addComment(memo.entity_id, marker);
  await askAgain(refund, options);
  verifyCreditMemo(memo, refund.document, refund.units, [refund.shipping]);
  return { status: 'applied', targetId, cause: `took over ${cause}` };
}

async function create(
  marker: string,
  plan: RefundPlan,
  refund: Refund,
  options: CreditMemoOptions,
): Promise<Handled> {
  const { document, order, units, attempt } = refund;
  const { creditMemos: rules } = options.fulfilments;
  const method = order.payment.method ?? '';
  const rule = rules.refund[method] ?? rules.refundOtherwise;
  if (rule === 'none')
    return {
      status: 'unchanged',
      cause: `orders paid by ${method} are paid back by the shop alone (fulfilments.creditMemos.refund)`,
    };
  assertOpen(document, order);
  const items = refundItems(plan, document, order);
  const refunded =
    rule === 'online' ? await invoiceOnline(plan, refund, options) : { orderId: order.entity_id };
  if (attempt.mode === 'dry') {
    const told = items.map(({ quantity, sku }) => `${quantity} ${sku}`).join(', ') || 'amounts alone';
    return { status: 'dry', cause: `would pay back ${told}, ${rule}` };
  }
  const { creditMemos } = options.magento;
  const [anyItem] = units.named;
  attempt.assertCurrent();
  const id = await creditMemos
    .create(refunded, {
      // No items would be all of them.
      items: items.length > 0 ? items : [{ orderItemId: anyItem!, quantity: '0' }],
      returnToStock: plan.returnToStock,
      shipping: toPlaces(plan.shipping.amount, 4),
      adjustmentRefund: toPlaces(plan.adjustmentRefund, 4),
      adjustmentFee: toPlaces(plan.adjustmentFee, 4),
      comment: marker,
      notify: rules.notifyCustomer,
    })
    .catch(heldWithoutRight('creditmemo.forbidden'));
  await askAgain(refund, options);
  const created = await creditMemos.get(id);
  if (created) verifyCreditMemo(created, document, units, [plan.shipping]);
  return { status: 'applied', targetId: created?.increment_id ?? String(id), cause: `paid back, ${rule}` };
}

/** The invoice whose payment the gateway is to pay back: the one that the ERP names, else the first that holds all of it. */
async function invoiceOnline(
  plan: RefundPlan,
  { document, order }: Refund,
  options: CreditMemoOptions,
): Promise<Refunded> {
  const made = await options.magento.invoices.ofOrder(order.entity_id);
  const { invoiceId } = document;
  const found =
    invoiceId === null
      ? made.find(({ items }) =>
          plan.wanted.every(({ item, quantity }) =>
            items.some(
              ({ order_item_id, qty }) => order_item_id === item.item_id && decimalOf(qty) >= quantity,
            ),
          ),
        )
      : findMarked(made, markerOf(options.instance, 'document', invoiceId));
  if (found) return { invoiceId: found.entity_id };
  throw new Held({
    code: 'creditmemo.invoice_unknown',
    what: `Document ${document.documentId}: the shop has no invoice ${invoiceId ?? 'that holds all it pays back'}, whose payment the gateway could pay back`,
    fix: 'Pay back per invoice in the ERP, or outside of the shop (fulfilments.creditMemos.refund)',
    waitsFor: invoiceOf(document),
  });
}
