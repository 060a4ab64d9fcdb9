import type { Delivery, SalesOrder, Sandboxes } from './sandboxes.ts';
import { until } from './until.ts';

/** One line of the story: what happened where, and how long it took to arrive. */
export type Tell = (chapter: string, line: string, tookMs?: number) => void;

const mug = 'MUG-STONE';
const kettle = 'KETTLE-1L';
const vase = 'VASE';
/** A picture of one pixel, PNG in base64. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/**
 * Runs products, an order, stock, a price, a parcel, an invoice and a refund through Cartage and tells how each arrives.
 * Every step waits for what can be seen at the other end; nothing is assumed to have worked.
 * @throws Error naming what did not arrive.
 */
export async function playStory(sandboxes: Sandboxes, tell: Tell, signal: AbortSignal): Promise<void> {
  await products(sandboxes, tell, signal);
  await configurableArrives(sandboxes, tell, signal);
  const order = await orderArrives(sandboxes, tell, signal);
  await stockArrives(sandboxes, tell, signal);
  await priceArrives(sandboxes, tell, signal);
  await parcelArrives(sandboxes, order, tell, signal);
  await moneyArrives(sandboxes, order, tell, signal);
}

async function products(sandboxes: Sandboxes, tell: Tell, signal: AbortSignal): Promise<void> {
  const expected = (await sandboxes.erpProducts()).length;
  const { tookMs } = await until(
    'products with price and stock in the shop',
    async () => {
      const ready = (await sandboxes.products()).filter(
        ({ price, status, sourceItems, children }) =>
          status === 1 && (children.length > 0 || (Number(price) > 0 && Object.keys(sourceItems).length > 0)),
      );
      return ready.length >= expected;
    },
    signal,
    120_000,
  );
  tell('Products', `${expected} products of the ERP are in the shop, enabled, with price and stock`, tookMs);
}

/**
 * One of its colours is an option that the shop has, the other one it is given by its label. The variants first: a parent
 * that comes before them is completed within minutes, and nobody looks at a story for so long.
 */
async function configurableArrives(sandboxes: Sandboxes, tell: Tell, signal: AbortSignal): Promise<void> {
  const colours = ['Red', 'Sea'];
  const variants = colours.map((glaze) => ({
    sku: `${vase}-${glaze.toUpperCase()}`,
    name: `Vase, ${glaze}`,
    price: '29.00',
    attributes: { glaze },
  }));
  const children = variants.map(({ sku }) => sku);
  const known = new Set((await sandboxes.erpProducts()).map(({ sku }) => sku));
  for (const variant of variants) {
    if (known.has(variant.sku)) continue;
    await sandboxes.addProduct(variant);
    await sandboxes.receive(variant.sku, 'WH1', 10);
  }
  const of = async (skus: string[]) => Promise.all(skus.map((sku) => sandboxes.product(sku)));
  const made = await until(
    `the variants of ${vase}`,
    async () => (await of(children)).every((one) => one?.status === 1),
    signal,
    120_000,
  );
  const properties = {
    kind: 'configurable',
    varies_by: '["glaze"]',
    children: JSON.stringify(children),
    images: JSON.stringify([{ data: pixel, label: 'A vase' }]),
  };
  if (!known.has(vase)) await sandboxes.addProduct({ sku: vase, name: 'Vase', price: '29.00', properties });
  const complete = await until(
    `${vase} with its variants and its picture`,
    async () => {
      const [found] = await of([vase]);
      return found?.status === 1 && found.children.length === children.length && found.images > 0;
    },
    signal,
    120_000,
  );
  const tookMs = made.tookMs + complete.tookMs;
  tell('', `${vase} comes in two colours and with a picture: ${children.join(', ')}`, tookMs);
}

async function orderArrives(sandboxes: Sandboxes, tell: Tell, signal: AbortSignal) {
  const placed = await sandboxes.placeOrder([
    { sku: mug, qty: 2 },
    { sku: kettle, qty: 1 },
  ]);
  const order = await sandboxes.order(placed.entity_id);
  tell(
    'Order',
    `${placed.increment_id} is placed in the shop: 2 × ${mug}, 1 × ${kettle}, ${order?.grandTotal.toFixed(2)} USD`,
  );
  const { value: sale, tookMs } = await until(
    'the order in the ERP',
    () => sandboxes.salesOrder(placed.increment_id),
    signal,
  );
  tell('', `→ it is sales order ${sale.name} in the ERP`, tookMs);
  return { entityId: placed.entity_id, sale };
}

interface Order {
  entityId: number;
  sale: SalesOrder;
}

async function stockArrives(sandboxes: Sandboxes, tell: Tell, signal: AbortSignal): Promise<void> {
  const before = (await sandboxes.product(mug))?.salable ?? 0;
  await sandboxes.receive(mug, 'WH1', 25);
  tell('Stock', `25 × ${mug} are received in warehouse WH1 of the ERP`);
  const { value: after, tookMs } = await until(
    'the higher salable quantity in the shop',
    async () => {
      const salable = (await sandboxes.product(mug))?.salable ?? 0;
      return salable > before && salable;
    },
    signal,
  );
  tell('', `→ salable in the shop: ${before} becomes ${after}`, tookMs);
}

async function priceArrives(sandboxes: Sandboxes, tell: Tell, signal: AbortSignal): Promise<void> {
  const before = Number((await sandboxes.product(kettle))?.price);
  const price = before >= 55 ? 49 : before + 1;
  await sandboxes.setPrice(kettle, price.toFixed(2));
  tell('Price', `${kettle} costs ${price.toFixed(2)} USD from now on, says the ERP`);
  const { tookMs } = await until(
    'the new price in the shop',
    async () => Number((await sandboxes.product(kettle))?.price) === price,
    signal,
  );
  tell('', `→ the shop's price: ${before.toFixed(2)} becomes ${price.toFixed(2)}`, tookMs);
}

async function parcelArrives(
  sandboxes: Sandboxes,
  order: Order,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const before = await sandboxes.product(kettle);
  await sandboxes.confirm(order.sale.id);
  const deliveries = await sandboxes.deliveriesOf(order.sale.id);
  const ready = deliveries.filter(({ state }) => state === 'ready');
  const numbers = ready.map(({ id }) => `1Z${String(900_000 + id)}`);
  for (const [index, delivery] of ready.entries())
    await sandboxes.ship(delivery.id, 'UPS', numbers[index]!, oneOfEach(delivery));
  tell(
    'Parcel',
    `1 × ${mug}, 1 × ${kettle} of ${order.sale.name} leave the ERP with UPS ${numbers.join(', ')}`,
  );
  const { value: shipments, tookMs } = await until(
    'the shipment with its tracking number in the shop',
    async () => {
      const found = (await sandboxes.order(order.entityId))?.shipments ?? [];
      const seen = new Set(found.flatMap(({ trackingNumbers }) => trackingNumbers));
      return numbers.every((number) => seen.has(number)) && found;
    },
    signal,
  );
  tell(
    '',
    `→ shipment ${shipments.map(({ incrementId }) => incrementId).join(', ')} with its tracking number is on the order`,
    tookMs,
  );
  const wanted = (before?.sourceItems.default ?? 0) - 1;
  const settled = await until(
    "the ERP's number in the shop after Magento's own deduction",
    async () => (await sandboxes.product(kettle))?.sourceItems.default === wanted,
    signal,
  );
  tell(
    '',
    `→ ${kettle} at "default": ${wanted} as the ERP says, after Magento's own deduction`,
    settled.tookMs,
  );
}

/** One mug stays behind. */
const oneOfEach = ({ lines }: Delivery) => lines.map(({ line }) => ({ line, quantity: 1 }));

/** What has left is charged, and the mug, which came broken, paid back. */
async function moneyArrives(
  sandboxes: Sandboxes,
  { entityId, sale }: Order,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const shipped = sale.lines
    .filter(({ sku }) => sku === mug || sku === kettle)
    .map(({ id }) => ({ line: id, quantity: 1 }));
  const invoice = await sandboxes.invoice(sale.id, shipped);
  tell('Invoice', `${invoice.name} of the ERP charges what has left`);
  const charged = await until(
    'the invoice in the shop',
    async () => (await sandboxes.order(entityId))?.invoices[0],
    signal,
  );
  const { incrementId, grandTotal } = charged.value;
  tell('', `→ invoice ${incrementId} of ${grandTotal.toFixed(2)} USD is on the order`, charged.tookMs);
  const broken = sale.lines.filter(({ sku }) => sku === mug).map(({ id }) => ({ line: id, quantity: 1 }));
  const credit = await sandboxes.refund(sale.id, broken);
  tell('Refund', `${credit.name} of the ERP pays 1 × ${mug} back, which came broken`);
  const paid = await until(
    'the credit memo in the shop',
    async () => (await sandboxes.order(entityId))?.creditMemos[0],
    signal,
  );
  const memo = paid.value;
  tell(
    '',
    `→ credit memo ${memo.incrementId} of ${memo.grandTotal.toFixed(2)} USD is on the order`,
    paid.tookMs,
  );
}
