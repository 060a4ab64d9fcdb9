import { createHash } from 'node:crypto';
import type { Order, OrderComment, OrderPayment } from '../../../schemas/types.ts';
import { shippingAddressOf, shippingMethodOf } from '../../magento/order-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { AmountsReader, optionalPlaces } from './amounts-reader.ts';
import { checkTotals } from './equations.ts';
import { orderLines } from './lines.ts';
import { giftMessageOf, idsOf } from './options.ts';
import { addressOf, customerOf } from './people.ts';
import { shippingTaxesOf, wholeTaxesOf } from './taxes.ts';
import { exactTotals, totalsOf } from './totals.ts';

/** Where an order was placed; the shop itself knows stores by number only. */
export interface Place {
  instance: string;
  /** Store view code. */
  store: string;
  /** Code of the website that the store view belongs to. */
  website: string | null;
}

/** Rises when the shop is restored from a backup, because its update times go back then. */
const versionEpoch = 1;

/**
 * One Magento order as the contract has it: lines once, money in minor units, totals worked out again and
 * compared. What cannot be said exactly stands in `problems` and is published all the same: readers that do not book
 * money (WMS, CRM) can use it, the exporter parks it.
 * @throws RangeError when a time or an amount of the order is none.
 */
export function orderOf(source: MagentoOrder, place: Place): Order {
  const updatedAt = epochMsOf(source.updated_at);
  const content = { ...place, ...headOf(source), ...moneyOf(source) };
  return {
    ...content,
    occurredAt: updatedAt,
    version: { epoch: versionEpoch, number: updatedAt },
    digest: createHash('sha256').update(canonicalJson(content)).digest('hex'),
  };
}

/** All but lines and money. */
function headOf(source: MagentoOrder) {
  const shippingAddress = source.is_virtual ? null : shippingAddressOf(source);
  return {
    incrementId: source.increment_id,
    entityId: source.entity_id,
    storeId: source.store_id ?? 0,
    storeName: source.store_name,
    externalOrderId: source.ext_order_id,
    originalIncrementId: source.original_increment_id,
    parentIncrementId: source.relation_parent_real_id,
    parentEntityId: source.relation_parent_id,
    childIncrementId: source.relation_child_real_id,
    childEntityId: source.relation_child_id,
    state: source.state,
    status: source.status,
    stateBeforeHold: source.hold_before_state,
    statusBeforeHold: source.hold_before_status,
    createdAt: epochMsOf(source.created_at),
    updatedAt: epochMsOf(source.updated_at),
    isVirtual: source.is_virtual,
    paymentMethod: source.payment.method ?? '',
    payment: paymentOf(source),
    shippingMethod: source.is_virtual ? null : shippingMethodOf(source),
    shippingDescription: source.shipping_description,
    couponCode: source.coupon_code,
    discountDescription: source.discount_description,
    appliedRuleIds: idsOf(source.applied_rule_ids),
    customer: customerOf(source),
    customerNote: source.customer_note,
    billingAddress: source.billing_address && addressOf(source.billing_address),
    shippingAddress: shippingAddress && addressOf(shippingAddress),
    giftMessage: giftMessageOf(source.extension_attributes.gift_message),
    comments: commentsOf(source),
    totalQuantity: optionalPlaces(source.total_qty_ordered),
    weight: optionalPlaces(source.weight),
  };
}

function moneyOf(source: MagentoOrder) {
  const own = new AmountsReader(source, '');
  const base = new AmountsReader(source, 'base_');
  const ownAmounts = { rows: own.whole, totals: exactTotals(source, own.whole, '') };
  const baseAmounts = { rows: base.whole, totals: exactTotals(source, base.whole, 'base_') };
  const { other, problems } = checkTotals(source, ownAmounts, baseAmounts);
  const { settings } = own;
  return {
    lines: orderLines(source, own, base),
    taxes: wholeTaxesOf(source),
    shippingTaxes: shippingTaxesOf(source),
    pricesIncludeTax: onlyOne(settings.map(({ pricesIncludeTax }) => pricesIncludeTax)),
    taxRounding: onlyOne(settings.map(({ rounding }) => rounding)),
    baseToOrderRate: optionalPlaces(source.base_to_order_rate),
    totals: totalsOf(source, ownAmounts.totals, other, ''),
    baseTotals: totalsOf(source, baseAmounts.totals, other, 'base_'),
    problems: [...own.rowProblems(), ...problems],
  };
}

/** What all say, or null. */
function onlyOne<Value>(values: readonly Value[]): Value | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

function paymentOf({ payment, extension_attributes }: MagentoOrder): OrderPayment {
  const title = extension_attributes.payment_additional_info.find(({ key }) => key === 'method_title');
  return {
    method: payment.method ?? '',
    title: title?.value ?? null,
    purchaseOrderNumber: payment.po_number,
    cardType: payment.cc_type,
    cardLastFour: payment.cc_last4,
    transactionId: payment.last_trans_id,
  };
}

/** Oldest first; the shop lists the newest first. */
function commentsOf(source: MagentoOrder): OrderComment[] {
  return (source.status_histories ?? [])
    .map((history) => ({
      text: history.comment,
      status: history.status,
      createdAt: epochMsOf(history.created_at),
      isVisible: history.is_visible_on_front,
      isCustomerNotified: history.is_customer_notified,
      documentKind: history.entity_name,
    }))
    .toSorted((one, other) => one.createdAt - other.createdAt);
}
