/**
 * The business verbs over HTTP, as people and the story use them, against a real PostgreSQL.
 * What reaches Kafka of all this is asserted in queries.test.ts and watch.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrder, startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';
import { anOrder } from './testing/order.ts';
import type { WantedLine } from './testing/order.ts';

let erp: TestErp;
beforeAll(async () => {
  erp = await startTestErp();
});
afterAll(() => erp.close());

interface Delivery {
  id: number;
  name: string;
  state: string;
  warehouse: string;
  order_id: number;
  lines: { line: number; sku: string; quantity: string }[];
}

let orderNumber = 0;
async function placed(...lines: WantedLine[]): Promise<number> {
  orderNumber += 1;
  const order = anOrder({ incrementId: String(orderNumber).padStart(9, '0'), lines });
  return (await createOrder(erp.owner, order)).id;
}

const line = (sku: string, quantity: number): WantedLine => ({ sku, quantity, priceMinor: 1000 });

async function post<Body>(path: string, body: unknown = {}): Promise<Body> {
  const answer = await erp.call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
}

async function deliveriesOf(order: number): Promise<Delivery[]> {
  return (await erp.call('GET', `/deliveries?order=${order}`)).body as Delivery[];
}

async function stockOf(sku: string, warehouse: string): Promise<Record<string, string>> {
  const rows = (await erp.call('GET', '/stock')).body as Record<string, string>[];
  return rows.find((row) => row.sku === sku && row.warehouse === warehouse) ?? {};
}

async function orderState(id: number): Promise<unknown> {
  return ((await erp.call('GET', `/orders/${id}`)).body as { state: unknown }).state;
}

describe('confirm', () => {
  it('takes all from one warehouse where one has all, and reserves it', async () => {
    const before = await stockOf('KETTLE-1L', 'WH1');
    const id = await placed(line('KETTLE-1L', 2), line('BOARD-OAK', 1));
    await post(`/orders/${id}/confirm`);
    expect(await deliveriesOf(id)).toMatchObject([
      {
        state: 'ready',
        warehouse: 'WH1',
        lines: [
          { sku: 'KETTLE-1L', quantity: '2.0000' },
          { sku: 'BOARD-OAK', quantity: '1.0000' },
        ],
      },
    ]);
    const after = await stockOf('KETTLE-1L', 'WH1');
    expect(after).toMatchObject({ physical: before.physical, shop: '2.0000', quantity: before.quantity });
    expect(Number(after.free)).toBe(Number(before.free) - 2);
  });

  it('splits over the warehouses, and what none has waits until goods are received', async () => {
    const id = await placed(line('TEAPOT-08', 26)); // 18 at WH1, 6 at WH2
    await post(`/orders/${id}/confirm`);
    const deliveries = await deliveriesOf(id);
    const told = deliveries
      .map((one) => [one.warehouse, one.state, one.lines[0]?.quantity].join(' '))
      .toSorted();
    expect(told).toEqual(['WH1 draft 2.0000', 'WH1 ready 18.0000', 'WH2 ready 6.0000']);
    const waiting = deliveries.find((one) => one.state === 'draft');
    expect(await erp.call('POST', `/deliveries/${waiting?.id}/ship`, {})).toMatchObject({
      status: 409,
      body: { code: 'delivery_state' },
    });
    const first = await post<{ readied: string[] }>('/receipts', {
      sku: 'TEAPOT-08',
      warehouse: 'WH1',
      quantity: 1,
    });
    expect(first.readied).toEqual([]);
    const second = await post<{ readied: string[] }>('/receipts', {
      sku: 'TEAPOT-08',
      warehouse: 'WH1',
      quantity: 1,
    });
    expect(second.readied).toEqual([waiting?.name]);
  });

  it('happens once, and never promises the same piece to two orders confirmed at once', async () => {
    const ids = [await placed(line('LAST-ONE', 1)), await placed(line('LAST-ONE', 1))];
    await Promise.all(ids.map((id) => post(`/orders/${id}/confirm`)));
    const states = (await Promise.all(ids.map(deliveriesOf))).flat().map((one) => one.state);
    expect(states.toSorted()).toEqual(['draft', 'ready']);
    expect(await erp.call('POST', `/orders/${ids[0]}/confirm`)).toMatchObject({ status: 409 });
  });
});

describe('ship', () => {
  it('issues the goods of the part and leaves the rest on a delivery of its own', async () => {
    const before = await stockOf('TOWEL-SET3', 'WH1');
    const id = await placed(line('TOWEL-SET3', 3), line('APRON-LINEN', 1));
    await post(`/orders/${id}/confirm`);
    const [planned] = await deliveriesOf(id);
    const towels = planned?.lines[0]?.line;
    await post(`/deliveries/${planned?.id}/ship`, {
      lines: [{ line: towels, quantity: 2 }],
      carrier: 'UPS',
      trackingNumber: 'A1',
    });
    const [rest, done] = await deliveriesOf(id);
    expect(done).toMatchObject({
      id: planned?.id,
      state: 'done',
      lines: [{ line: towels, quantity: '2.0000' }],
      packages: [{ carrier: 'UPS', trackingNumber: 'A1' }],
    });
    expect(rest).toMatchObject({ state: 'ready', backorder_of_id: planned?.id });
    expect(rest?.lines.map((one) => `${one.quantity} ${one.sku}`).toSorted()).toEqual([
      '1.0000 APRON-LINEN',
      '1.0000 TOWEL-SET3',
    ]);
    const after = await stockOf('TOWEL-SET3', 'WH1');
    expect(Number(after.physical)).toBe(Number(before.physical) - 2);
    expect(after.shop).toBe('1.0000');
    expect(await orderState(id)).toBe('confirmed');

    await post(`/deliveries/${rest?.id}/ship`);
    expect(await orderState(id)).toBe('done');
    expect(await stockOf('TOWEL-SET3', 'WH1')).toMatchObject({ shop: '0.0000' });
    expect(await erp.call('POST', `/orders/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'order_shipped' },
    });
  });

  it('takes from several bins, and refuses what is not there, changing nothing', async () => {
    await erp.owner.query(
      `insert into stock_move (product_id, uom_id, from_location_id, to_location_id, quantity, state, done_at)
       select p.id, u.id, a.id, b.id, 20, 'done', now() from product p, uom u, location a, location b
        where p.sku = 'KNIFE-CHEF' and u.code = 'PCE' and a.code = 'WH1/A-01' and b.code = 'WH1/B-01'`,
    );
    const id = await placed(line('KNIFE-CHEF', 24)); // 20 in one bin, 5 in the other
    await post(`/orders/${id}/confirm`);
    const [delivery] = await deliveriesOf(id);
    await erp.owner.query(
      `insert into stock_move (product_id, uom_id, from_location_id, to_location_id, quantity, state, done_at)
       select p.id, u.id, a.id, b.id, 3, 'done', now() from product p, uom u, location a, location b
        where p.sku = 'KNIFE-CHEF' and u.code = 'PCE' and a.code = 'WH1/A-01' and b.code = 'WH1/QUALITY'`,
    );
    expect(await erp.call('POST', `/deliveries/${delivery?.id}/ship`)).toMatchObject({
      status: 409,
      body: { code: 'stock_short' },
    });
    expect(await stockOf('KNIFE-CHEF', 'WH1')).toMatchObject({ physical: '22.0000', shop: '24.0000' });
    await post('/receipts', { sku: 'KNIFE-CHEF', warehouse: 'WH1', quantity: 2 });
    await post(`/deliveries/${delivery?.id}/ship`);
    expect(await stockOf('KNIFE-CHEF', 'WH1')).toMatchObject({ physical: '0.0000', shop: '0.0000' });
  });

  it('happens once when asked twice at the same moment', async () => {
    const id = await placed(line('MUG-STONE', 1));
    await post(`/orders/${id}/confirm`);
    const [delivery] = await deliveriesOf(id);
    const before = Number((await stockOf('MUG-STONE', 'WH1')).physical);
    const answers = await Promise.all([1, 2].map(() => erp.call('POST', `/deliveries/${delivery?.id}/ship`)));
    expect(answers.map((one) => one.status).toSorted((one, other) => one - other)).toEqual([200, 409]);
    expect(Number((await stockOf('MUG-STONE', 'WH1')).physical)).toBe(before - 1);
  });

  it('refuses more than planned, lines of others, and a line named twice', async () => {
    const id = await placed(line('MUG-STONE', 1));
    await post(`/orders/${id}/confirm`);
    const [delivery] = await deliveriesOf(id);
    const ours = delivery?.lines[0]?.line;
    const ship = async (lines: unknown) => {
      const { status, body } = await erp.call('POST', `/deliveries/${delivery?.id}/ship`, { lines });
      return [status, (body as { code: string }).code];
    };
    expect(await ship([{ line: ours, quantity: 2 }])).toEqual([409, 'line_quantity']);
    expect(await ship([{ line: 999_999, quantity: 1 }])).toEqual([404, 'line_unknown']);
    const one = { line: ours, quantity: '0.5' };
    expect(await ship([one, one])).toEqual([400, 'line_twice']);
    expect(await ship([])).toEqual([400, 'input_invalid']);
    expect((await deliveriesOf(id)).map((some) => some.state)).toEqual(['ready']);
  });
});

describe('cancel', () => {
  it('calls the deliveries off and frees the stock, however often it is said', async () => {
    const id = await placed(line('PAN-IRON-26', 2));
    await post(`/orders/${id}/confirm`);
    expect(await stockOf('PAN-IRON-26', 'WH1')).toMatchObject({ shop: '2.0000' });
    for (const _ of [1, 2]) expect(await post(`/orders/${id}/cancel`)).toMatchObject({ state: 'canceled' });
    expect(await deliveriesOf(id)).toMatchObject([{ state: 'canceled' }]);
    expect(await stockOf('PAN-IRON-26', 'WH1')).toMatchObject({ shop: '0.0000' });
  });
});
