import { createHash } from 'node:crypto';
import type { Address, Order, OrderCustomer, Problem } from '../../../schemas/types.ts';
import { shippingAddressOf, shippingMethodOf } from '../../magento/order-shape.ts';
import type { MagentoAddress, MagentoOrder } from '../../magento/order-shape.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { currencyDigits } from './currency.ts';
import { lineProblems, linesOf, orderLine } from './lines.ts';
import { totalProblems, totalsOf } from './totals.ts';

/** Where an order was placed; the shop itself knows stores by number only. */
export interface Place {
  instance: string;
  /** Store view code. */
  store: string;
}

/** Rises when the shop is restored from a backup, because its update times go back then. */
const versionEpoch = 1;

/**
 * One Magento order as the contract has it: lines once, money in minor units, totals worked out again and
 * compared. What cannot be said exactly stands in `problems` and is published all the same: readers that do not book
 * money (WMS, CRM) can use it, the exporter parks it.
 * @throws RangeError when a time or an amount of the order is none.
 */
export function orderOf(source: MagentoOrder, { instance, store }: Place): Order {
  const lines = linesOf(source);
  const digits = currencyDigits(source.order_currency_code);
  const updatedAt = epochMsOf(source.updated_at);
  const shippingAddress = source.is_virtual ? null : shippingAddressOf(source);
  const content = {
    instance,
    store,
    incrementId: source.increment_id,
    entityId: source.entity_id,
    storeId: source.store_id,
    state: source.state,
    status: source.status,
    stateBeforeHold: source.hold_before_state,
    createdAt: epochMsOf(source.created_at),
    updatedAt,
    isVirtual: source.is_virtual,
    paymentMethod: source.payment.method ?? '',
    shippingMethod: source.is_virtual ? null : shippingMethodOf(source),
    couponCode: source.coupon_code,
    customer: customerOf(source),
    billingAddress: source.billing_address && addressOf(source.billing_address),
    shippingAddress: shippingAddress && addressOf(shippingAddress),
    lines: lines.map((line) => orderLine(line, digits)),
    totals: totalsOf(source, ''),
    baseTotals: totalsOf(source, 'base_'),
    problems: [...currencyProblems(source), ...lineProblems(lines, digits), ...totalProblems(source, lines)],
  };
  return {
    ...content,
    occurredAt: updatedAt,
    version: { epoch: versionEpoch, number: updatedAt },
    digest: createHash('sha256').update(canonicalJson(content)).digest('hex'),
  };
}

function currencyProblems(source: MagentoOrder): Problem[] {
  const { order_currency_code: own, base_currency_code: base } = source;
  if (own === base) return [];
  return [
    { code: 'order.currencies_differ', detail: `ordered in ${own}, the website's base currency is ${base}` },
  ];
}

function customerOf(source: MagentoOrder): OrderCustomer {
  return {
    customerId: source.customer_id,
    isGuest: source.customer_is_guest || source.customer_id === null,
    groupId: source.customer_group_id,
    email: source.customer_email,
    firstName: source.customer_firstname,
    lastName: source.customer_lastname,
  };
}

function addressOf(source: MagentoAddress): Address {
  return {
    firstName: source.firstname ?? '',
    lastName: source.lastname ?? '',
    company: source.company,
    street: source.street,
    city: source.city ?? '',
    postcode: source.postcode,
    region: source.region_code ?? source.region,
    countryCode: source.country_id ?? '',
    telephone: source.telephone,
  };
}
