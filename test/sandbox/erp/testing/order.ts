import type { Order } from '../../../../schemas/types.ts';
import { magentoOrder } from '../../../../services/magento/order-shape.ts';
import { parseExact } from '../../../../services/magento/rest/json.ts';
import { orderOf } from '../../../../services/order-relay/orders/order.ts';

export interface WantedLine {
  sku: string;
  quantity: number;
  priceMinor: number;
}

export interface WantedOrder {
  incrementId: string;
  lines: WantedLine[];
  state?: string;
  email?: string;
  /** 8.25 % of the goods and 5.00 for shipping, unless told otherwise. */
  shippingMinor?: number;
}

/** The contract of an order that the shop answers like this: totals add up, the tax is on the lines. */
export function anOrder(wanted: WantedOrder): Order {
  const answer = parseExact(JSON.stringify(shopOrder(wanted)));
  const order = orderOf(magentoOrder.parse(answer), { instance: 'us', store: 'default', website: 'base' });
  return {
    ...order,
    occurredAt: null,
    version: { epoch: 1, number: 1 },
    lines: order.lines.map((line, index) => ({ ...line, lineId: `${wanted.incrementId}-${index + 1}` })),
    digest: 'd',
  };
}

function shopOrder(wanted: WantedOrder): object {
  const shippingMinor = wanted.shippingMinor ?? 500;
  const items = wanted.lines.map(shopItem);
  const minor = (of: (item: (typeof items)[number]) => number) =>
    items.reduce((total, item) => total + of(item), 0);
  const subtotalMinor = minor(({ row_total }) => Math.round(row_total * 100));
  const taxMinor = minor(({ tax_amount }) => Math.round(tax_amount * 100));
  const totals = inBothCurrencies({
    subtotal: subtotalMinor / 100,
    shipping_amount: shippingMinor / 100,
    tax_amount: taxMinor / 100,
    grand_total: (subtotalMinor + shippingMinor + taxMinor) / 100,
    total_due: (subtotalMinor + shippingMinor + taxMinor) / 100,
  });
  const time = '2026-01-02 03:04:05';
  const address = {
    firstname: 'Veronica',
    lastname: 'Costello',
    street: ['6146 Honey Bluff Parkway', 'Apt 2'],
    city: 'Calder',
    postcode: '49628-7978',
    region: 'Michigan',
    region_code: 'MI',
    country_id: 'US',
    telephone: '(555) 229-3326',
  };
  return {
    ...totals,
    entity_id: Number(wanted.incrementId),
    increment_id: wanted.incrementId,
    store_id: 1,
    state: wanted.state ?? 'processing',
    status: wanted.state ?? 'processing',
    created_at: time,
    updated_at: time,
    is_virtual: 0,
    customer_is_guest: 1,
    customer_group_id: 0,
    customer_email: wanted.email ?? 'roni_cost@example.com',
    order_currency_code: 'USD',
    base_currency_code: 'USD',
    items,
    billing_address: address,
    payment: { method: 'checkmo' },
    extension_attributes: {
      shipping_assignments: [{ shipping: { address, method: 'flatrate_flatrate' } }],
    },
  };
}

function shopItem({ sku, quantity, priceMinor }: WantedLine, index: number) {
  const subtotalMinor = quantity * priceMinor;
  return {
    ...inBothCurrencies({
      price: priceMinor / 100,
      row_total: subtotalMinor / 100,
      tax_amount: Math.round(subtotalMinor * 0.0825) / 100,
    }),
    item_id: index + 1,
    sku,
    name: `As ordered: ${sku}`,
    product_type: 'simple',
    qty_ordered: quantity,
    tax_percent: 8.25,
  };
}

function inBothCurrencies<Amounts extends Record<string, number>>(amounts: Amounts): Amounts {
  const base = Object.entries(amounts).map(([name, amount]) => [`base_${name}`, amount]);
  return { ...amounts, ...Object.fromEntries(base) };
}
