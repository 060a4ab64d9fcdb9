/** The four flows end to end, with all processes running. What is real and what is not: see stack.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Jaeger } from '../../deploy/local/jaeger.ts';
import { outcomes as outcomesTopic, parked } from '../../schemas/topics.ts';
import { sign } from '../../services/order-relay/webhook/schemes/standard-webhooks.ts';
import { alertingRules, dashboardExpressions, isIn, samplesOf, selectorsOf } from '../deploy/selectors.ts';
import { recordsNow, statesNow } from '../infrastructure/topic-now.ts';
import { sourceItem } from '../sandbox/shop/inventory/stock.ts';
import { invoice } from '../sandbox/shop/sales/invoice.ts';
import { refund } from '../sandbox/shop/sales/refund.ts';
import type { MarkerRun } from '../../services/operations/marker/send-marker.ts';
import { typed } from './shell.ts';
import { openStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { produceBytes } from './bytes.ts';
import { jaegerOfTests, nobodyIsTraced, traceStories } from './trace-stories.ts';
import { until } from './wait.ts';

let stack: Stack;
let jaeger: Jaeger | undefined;

beforeAll(async () => {
  jaeger = await jaegerOfTests();
  stack = await openStack({ environment: jaeger ? { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl } : {} });
  await stack.startAll();
});

afterAll(async () => {
  await stack?.close();
  await jaeger?.stop();
});

// First, before anything else is told.
traceStories(() => stack);

const product = async (sku: string) => (await stack.sandboxes.product(sku))!;

/** Places an order and returns it with its sales order, once the ERP has it. */
async function order(lines: { sku: string; qty: number }[]) {
  const placed = await stack.sandboxes.placeOrder(lines);
  const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
  return { ...placed, sale };
}

async function shipments(entityId: number) {
  return (await stack.sandboxes.order(entityId))!.shipments;
}

describe('products and prices', () => {
  it('appear in the shop, each once, and are never for sale without their price', async () => {
    const expected = (await stack.sandboxes.erpProducts()).length;
    await until('all products for sale', async () => {
      const ready = (await stack.sandboxes.products()).filter(
        ({ price, status }) => Number(price) > 0 && status === 1,
      );
      return ready.length === expected;
    });
    const writes = stack.shop.journal
      .since()
      .filter(({ resource, status }) => resource === 'product' && status === 200);
    const unpriced = writes.filter(({ detail }) => detail['status'] === 1 && !(Number(detail['price']) > 0));
    expect([unpriced, new Set(writes.map(({ key }) => key)).size]).toEqual([[], expected]);
    expect(new Set((await stack.sandboxes.products()).map(({ sku }) => sku)).size).toBe(expected);
  });

  it('follow the ERP: a new price is written, and only it', async () => {
    const before = stack.shop.journal.since().at(-1)!.n;
    await stack.sandboxes.setPrice('SCALE-5KG', '33.25');
    await until('the new price', async () => Number((await product('SCALE-5KG')).price) === 33.25);
    const products = stack.shop.journal
      .since(before)
      .filter(({ resource, key }) => resource === 'product' && key === 'SCALE-5KG');
    expect(products).toEqual([]);
  });
});

describe('stock', () => {
  it('is the sum of the ERP, at each source, soon after the movement', async () => {
    await until('the first stock', async () => (await product('MUG-ENAMEL')).sourceItems.default === 80);
    await stack.sandboxes.receive('MUG-ENAMEL', 'WH2', 7);
    await until('the receipt', async () => (await product('MUG-ENAMEL')).sourceItems.wh_east === 7);
    expect((await product('MUG-ENAMEL')).salable).toBe(87);
  });

  it("is the ERP's again after a credit memo has moved it in the shop, whether or not it gave something back", async () => {
    const sku = 'KNIFE-CHEF';
    const before = await until('its stock', async () => (await product(sku)).sourceItems.default);
    const { entity_id } = await stack.sandboxes.placeOrder([{ sku, qty: 3 }]);
    const { shop } = stack.shop;
    const placed = shop.db.orders.get(entity_id)!;
    const item = placed.items[0]!;
    invoice(shop, placed, { items: [] });
    const left = () => sourceItem(shop.db, 'default', sku)!.quantity;
    // Refunded before anything was shipped: the first source is short.
    const one = [{ order_item_id: item.order_item_id, qty: 1 }];
    const money = { shippingAmount: 0, adjustmentPositive: null, adjustmentNegative: null };
    refund(shop, placed, { items: one, ...money, returnToStock: [] });
    shop.db.commit();
    expect(left()).toBe(before - 1);
    await until("the ERP's number again", () => left() === before);
    // What had left and is given back is there too many: it could be sold.
    item.qty_shipped = 2;
    refund(shop, placed, { items: one, ...money, returnToStock: [item.order_item_id] });
    shop.db.commit();
    expect(left()).toBe(before + 1);
    await until("the ERP's number once more", () => left() === before);
  });

  it('is asked for again when the ERP says itself that it has changed', async () => {
    const key = 'WH1/MUG-STONE';
    const told = () =>
      stack.witness.outcomes.filter((one) => one.topic === 'cartage.refresh' && one.key === key);
    const before = told().length;
    const body = JSON.stringify({ type: 'erp.stock.changed', data: [{ source: 'WH1', sku: 'MUG-STONE' }] });
    const [id, timestamp] = ['msg_push', String(Math.floor(Date.now() / 1000))];
    const answer = await fetch(new URL('/webhooks/erp', stack.webhookUrl), {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': sign(stack.webhookSecret, id, timestamp, body),
      },
    });
    expect(answer.status).toBe(202);
    await until('the question', () => told().length > before && told().at(-1)!.status === 'applied');
  });

  it('of a product the shop does not know is held, not written, and follows when the product is there', async () => {
    const added = await fetch(`${stack.erpUrl}/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sku: 'NEW-JAR', name: 'Preserving jar', price: '6.50', weight: '0.4' }),
    });
    expect(added.ok).toBe(true);
    await stack.sandboxes.receive('NEW-JAR', 'WH1', 12);
    await until('the new product with its stock', async () => {
      const jar = await stack.sandboxes.product('NEW-JAR');
      return jar?.status === 1 && jar.sourceItems.default === 12;
    });
    await until(
      'nothing held for it any more',
      async () => ![...(await statesNow(stack.bus, parked)).keys()].some((key) => key.includes('NEW-JAR')),
    );
  });

  it('that cannot be read is parked, and the next record goes on', async () => {
    await produceBytes(stack.kafka.bootstrap, 'erp.stock', 'WH1/MUG-STONE', Buffer.from('no Avro at all'));
    const record = await until('the parked bytes', () =>
      [...stack.witness.parked.values()].find(({ key, topic }) => key === null && topic === 'erp.stock'),
    );
    expect(record).toMatchObject({ status: 'rejected', group: 'cartage.sandbox.inventory-applier' });
    expect(record.recordValue?.toString()).toBe('no Avro at all');
    const before = (await product('MUG-STONE')).sourceItems.default!;
    await stack.sandboxes.receive('MUG-STONE', 'WH1', 3);
    await until(
      'the next record',
      async () => (await product('MUG-STONE')).sourceItems.default === before + 3,
    );
  });
});

describe('orders', () => {
  it('become one sales order each, equal to the cent', async () => {
    const { increment_id, sale, entity_id } = await order([
      { sku: 'MUG-STONE', qty: 2 },
      { sku: 'TOWEL-SET3', qty: 1 },
    ]);
    const { rows } = await stack.erp.query(
      'select total_amount, goods_amount from sales_order where shop_reference = $1',
      [`sandbox/default/${increment_id}`],
    );
    expect(rows).toHaveLength(1);
    expect(Number(rows[0].total_amount)).toBe((await stack.sandboxes.order(entity_id))!.grandTotal);
    expect(sale.state).toBe('draft');
  });

  it('with a payment method without a rule are held with the line to add, and are not exported', async () => {
    const placed = await fetch(`${stack.shop.url}/sandbox/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ lines: [{ sku: 'MUG-STONE', qty: 1 }], paymentMethod: 'cashondelivery' }),
    });
    const { increment_id } = (await placed.json()) as { increment_id: string };
    const key = `sandbox/default/${increment_id}`;
    const [record] = await until('the held order', () => {
      const found = stack.witness.parkedFor('order.payment_unmapped').filter((one) => one.key === key);
      return found.length > 0 && found;
    });
    expect(record).toMatchObject({ status: 'held', topic: 'magento.orders' });
    expect(record!.fix).toContain('cashondelivery');
    expect(await stack.sandboxes.salesOrder(increment_id)).toBeUndefined();
  });
});

describe('shipments', () => {
  it("are partial, with items, source and tracking number, and the stock is the ERP's afterwards", async () => {
    const placed = await order([{ sku: 'BOARD-OAK', qty: 3 }]);
    const before = (await product('BOARD-OAK')).sourceItems.default!;
    const { deliveries } = await stack.sandboxes.confirm(placed.sale.id);
    await shipPart(deliveries[0]!.id, 1, '1ZPART1');
    await until('the first parcel', async () => (await shipments(placed.entity_id)).length === 1);
    const rest = await until('the back-order', async () =>
      (await stack.sandboxes.salesOrder(placed.increment_id))!.deliveries.find(
        ({ state }) => state === 'ready',
      ),
    );
    await stack.sandboxes.ship(rest.id, 'DHL', 'JD002');
    await until('the second parcel', async () => (await shipments(placed.entity_id)).length === 2);
    expect(
      (await shipments(placed.entity_id)).flatMap(({ trackingNumbers }) => trackingNumbers).toSorted(),
    ).toEqual(['1ZPART1', 'JD002']);
    await until(
      "the ERP's number",
      async () => (await product('BOARD-OAK')).sourceItems.default === before - 3,
    );
    const sources = stack.shop.shop.db.shipments
      .lookup(String(placed.entity_id))
      .map(({ source_code }) => source_code);
    expect(sources).toEqual(['default', 'default']);
  });

  it('of the last unit work when the stock of the goods issue is there first', async () => {
    await lastUnit('PAN-IRON-26', 'shipment-applier', async (sku) => {
      await until('the zero', async () => (await product(sku)).sourceItems.default === 0);
    });
  });

  it('of the last unit work when the shipment is there first', async () => {
    await lastUnit('TEAPOT-08', 'inventory-applier', async (_sku, entityId) => {
      await until('the shipment', async () => (await shipments(entityId)).length === 1);
    });
  });

  it('are charged and paid back: each invoice and credit note of the ERP is one in the shop', async () => {
    const { sale, entity_id } = await order([{ sku: 'MUG-STONE', qty: 2 }]);
    await stack.sandboxes.confirm(sale.id);
    const { rows } = await stack.erp.query<{ id: number }>(
      'select id from sales_order_line where order_id = $1',
      [sale.id],
    );
    const charge = async (body: object, verb = 'invoice') => {
      const answer = await fetch(`${stack.erpUrl}/orders/${sale.id}/${verb}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return ((await answer.json()) as { name: string }).name;
    };
    const first = await charge({ lines: [{ line: rows[0]!.id, quantity: 1 }] });
    const made = () =>
      [...stack.shop.shop.db.invoices.all()]
        .filter(({ order_id }) => order_id === entity_id)
        .map(({ items, comments }) => [items[0]!.qty, comments[0]?.comment]);
    await until('the first invoice', () => made().length === 1);
    const second = await charge({});
    await until('both invoices', () => made().length === 2);
    expect(made()).toEqual([first, second].map((name) => [1, `ERP document ${name} [cartage:sandbox]`]));
    const credit = await charge({ lines: [{ line: rows[0]!.id, quantity: 1 }], shipping: 2.5 }, 'refund');
    const paidBack = () =>
      [...stack.shop.shop.db.creditMemos.all()].filter(({ order_id }) => order_id === entity_id);
    await until('the credit memo', () => paidBack().length === 1);
    expect(paidBack()).toMatchObject([
      {
        shipping_amount: 2.5,
        items: [{ qty: 1 }],
        comments: [{ comment: `ERP document ${credit} [cartage:sandbox]` }],
      },
    ]);
  });

  /** Sells and ships the last unit with one of the two appliers stopped until the other one has done its part. */
  async function lastUnit(
    sku: string,
    late: 'shipment-applier' | 'inventory-applier',
    otherIsDone: (sku: string, entityId: number) => Promise<void>,
  ): Promise<void> {
    await countTo(sku, 'WH2', 0);
    await countTo(sku, 'WH1', 1);
    await until('the last unit in the shop', async () => (await product(sku)).salable === 1);
    const placed = await order([{ sku, qty: 1 }]);
    expect(await stack.stop(late)).toBe(0);
    const { deliveries } = await stack.sandboxes.confirm(placed.sale.id);
    await stack.sandboxes.ship(deliveries[0]!.id, 'UPS', `1Z${sku}`);
    await otherIsDone(sku, placed.entity_id);
    await stack.start(late);
    await until('the shipment', async () => (await shipments(placed.entity_id)).length === 1);
    await until('nothing left at the source', async () => {
      const { sourceItems, salable } = await product(sku);
      return sourceItems.default === 0 && salable === 0;
    });
    expect(await shipments(placed.entity_id)).toHaveLength(1);
  }

  async function shipPart(deliveryId: number, quantity: number, trackingNumber: string): Promise<void> {
    const { rows } = await stack.erp.query<{ id: number }>(
      'select id from delivery_line where delivery_id = $1',
      [deliveryId],
    );
    const answer = await fetch(`${stack.erpUrl}/deliveries/${deliveryId}/ship`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ lines: [{ line: rows[0]!.id, quantity }], carrier: 'UPS', trackingNumber }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async function countTo(sku: string, warehouse: string, quantity: number): Promise<void> {
    const answer = await fetch(`${stack.erpUrl}/inventory-adjustments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sku, warehouse, quantity }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
});

describe('the marker order', () => {
  it('goes the whole line, each part timed, and leaves nothing for sale', async () => {
    const { code, out } = await typed('cartage --as ada marker-order --json', stack.environment);
    const run = JSON.parse(out) as MarkerRun;
    expect([code, run.steps.filter(({ status }) => status !== 'done')]).toEqual([0, []]);
    expect(run.steps.map(({ name }) => name)).toContain('shipment in the shop');
    const behind = run.steps.find(({ name }) => name === 'stock behind it in the shop')!;
    expect(behind.detail).toBe('5 before, 4 now');
    expect((await product(run.sku)).status).toBe(2);
  });
});

describe('every record', () => {
  it('handled leaves an outcome with its cause and a trace, without personal data', async () => {
    const outcomes = (await recordsNow(stack.bus, outcomesTopic)).map(({ value }) => value!);
    expect(outcomes.length).toBeGreaterThan(50);
    const orders = outcomes.filter(({ topic, status }) => topic === 'magento.orders' && status === 'applied');
    expect(orders.length).toBeGreaterThan(0);
    expect(orders.every(({ traceId, targetId }) => traceId !== null && targetId !== null)).toBe(true);
    expect(JSON.stringify(outcomes)).not.toMatch(/guest@example\.com|Jane|Main St/);
  });
});

describe('what Prometheus sees', () => {
  it('is every series that an alert or a panel asks for, on a process that runs', async () => {
    await stack.start('console');
    await stack.start('reconciler');
    const selectors = [...alertingRules().map(({ expr }) => expr), ...dashboardExpressions()].flatMap(
      selectorsOf,
    );
    const missing = async () => {
      const samples = [...(await stack.scrapes()).values()].flatMap(samplesOf);
      return [...new Set(selectors.filter((one) => !isIn(samples, one)).map(({ text }) => text))];
    };
    // What is asked of the broker and the database comes a moment after the start. What never comes is told by name.
    const all = until('every series', async () => (await missing()).length === 0);
    await all.catch(() => undefined);
    expect(await missing()).toEqual([]);
  });
});

nobodyIsTraced();
