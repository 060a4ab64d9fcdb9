import type { Fulfilment, FulfilmentLine } from '../../schemas/types.ts';
import type { Random } from '../../services/platform/flow/testing/random.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import { addToCart, createCart, emptyAddress } from '../sandbox/shop/sales/cart.ts';
import { placeOrder } from '../sandbox/shop/sales/place-order.ts';
import type { Json } from '../sandbox/shop/rest/json.ts';
import type { Shop } from '../sandbox/shop/shop.ts';
import type { OrderItemRow, OrderRow } from '../sandbox/shop/state/sales-rows.ts';

const chosen = (...options: [option: number, selection: number][]): Json => ({
  extension_attributes: {
    bundle_options: options.map(([option_id, selection]) => ({
      option_id,
      option_qty: 1,
      option_selections: [selection],
    })),
  },
});
const red: Json = {
  extension_attributes: { configurable_item_options: [{ option_id: '137', option_value: 4 }] },
};
/** A simple product, a variant, a bundle that ships together, one that ships in parts, something virtual. */
const lines: [sku: string, option: Json | null][] = [
  ['SKU-001', null],
  ['CFG-1', red],
  ['BND-1', chosen([1, 1], [2, 3])],
  ['BND-2', chosen([3, 4], [4, 6])],
  ['VIRT-1', null],
];

/** An order of the recorded shop over two to four kinds of product, the first of which always ships. */
export function placeMixed(shop: Shop, random: Random): OrderRow {
  const cart = createCart(shop, 1);
  for (const [index, [sku, option]] of lines.entries())
    if (index === 0 || random.chance(0.6)) addToCart(shop, cart, sku, random.between(4, 7), option);
  const address = {
    ...emptyAddress(shop),
    firstname: 'Jane',
    lastname: 'Doe',
    street: ['1 Main St'],
    city: 'Chicago',
    region: 'Illinois',
    region_code: 'IL',
    region_id: 23,
    postcode: '60601',
    country_id: 'US',
    telephone: '312-555-0100',
    email: 'jane@example.com',
  };
  cart.shipping_address = address;
  cart.shipping_method = 'flatrate_flatrate';
  const email = 'jane@example.com';
  const placed = placeOrder(shop, cart, { email, paymentMethod: 'checkmo', billingAddress: address });
  // Enough of everything, also for the hundredth order.
  for (const row of shop.db.sourceItems.all()) shop.db.sourceItems.save({ ...row, quantity: 1_000 });
  shop.db.commit();
  return placed;
}

/**
 * The ERP's documents of it, in an order that the shop can follow: a parcel, its late number, an invoice of at least what has
 * left, a credit memo of something that has, a comment, one more of the money alone, the cancellation of the rest.
 */
export function documentsOf(order: OrderRow, random: Random): Fulfilment[] {
  const tops = order.items.filter(({ parent_order_item_id }) => parent_order_item_id === null);
  // At most half of each, so that a second one could be made if nobody looked.
  const half = ({ qty_ordered }: OrderItemRow) => Math.floor(qty_ordered / 2);
  const upTo = (item: OrderItemRow, least: number) => random.between(least, half(item) + 1);
  const shipped = new Map(tops.map((item) => [item, upTo(item, item === tops[0] ? 1 : 0)]));
  const invoiced = new Map(tops.map((item) => [item, upTo(item, shipped.get(item)!)]));
  const refunded = new Map(tops.map((item) => [item, random.between(0, shipped.get(item)! + 1)]));
  const names = { incrementId: order.increment_id, source: 'W1' };
  const numbers = ['T1', 'T2'];
  const packed = (count: number) =>
    numbers.slice(0, count).map((trackingNumber) => ({ carrier: 'UPS', service: null, trackingNumber }));
  const id = (what: string) => `${what}/1`;
  const parcel = { ...names, documentId: id('OUT'), lines: linesOf(shipped, random) };
  const amounts = {
    currency: 'USD',
    totalMinor: null,
    shippingMinor: random.chance(0.5) ? 100 : null,
    adjustmentRefundMinor: 5,
    adjustmentFeeMinor: null,
  };
  const goodwill = { ...amounts, shippingMinor: null, adjustmentRefundMinor: 7 };
  const back = linesOf(refunded, random).map((line) => ({ ...line, returnToStock: random.chance(0.5) }));
  return [
    documentOf({ ...parcel, packages: packed(1), version: { epoch: 1, number: 1 } }),
    documentOf({ ...names, kind: 'invoice', documentId: id('INV'), lines: linesOf(invoiced, random) }),
    documentOf({ ...parcel, packages: packed(2), version: { epoch: 1, number: 2 } }),
    documentOf({ ...names, kind: 'creditmemo', documentId: id('RF'), lines: oncePerItem(back), amounts }),
    documentOf({ ...names, kind: 'comment', documentId: id('NOTE'), text: 'Packed with care' }),
    documentOf({ ...names, kind: 'creditmemo', documentId: id('GW'), amounts: goodwill }),
    documentOf({ ...names, kind: 'cancellation', documentId: id('CNC') }),
  ];
}

/** By the line, or by the SKU where only one line has it. */
function linesOf(quantities: ReadonlyMap<OrderItemRow, number>, random: Random): FulfilmentLine[] {
  return [...quantities]
    .filter(([, quantity]) => quantity > 0)
    .map(([{ order_item_id, sku }, quantity]) =>
      lineOf(sku, String(quantity), { orderLineId: random.chance(0.5) ? null : String(order_item_id) }),
    );
}

const oncePerItem = (given: readonly FulfilmentLine[]) => [
  ...new Map(given.map((line) => [line.sku, line])).values(),
];
