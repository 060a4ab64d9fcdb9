/**
 * The stream queries of deploy/config/sandbox.yaml, as Cartage's own role against a real PostgreSQL: the shape of each row,
 * `$keys`, and `find`, which leads from a topic's record back to the key.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as asking from './testing/asking.ts';
import type { Asked } from './testing/asking.ts';
import { keyColumn, readStreams } from './testing/configuration.ts';
import type { Stream } from './testing/configuration.ts';
import { createOrder, startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';
import { anOrder } from './testing/order.ts';

let erp: TestErp;
let streams: Record<string, Stream>;
beforeAll(async () => {
  streams = await readStreams();
  erp = await startTestErp();
});
afterAll(() => erp.close());

function stream(name: string): Stream {
  const found = streams[name];
  if (!found) throw new Error(`No stream ${name}.`);
  return found;
}

const ask = (name: string, asked?: Asked) => asking.ask(erp.cartage, stream(name), asked);
const find = (name: string, records: unknown[]) => asking.find(erp.cartage, stream(name), records);
const lookUp = (name: string, record: unknown) => asking.lookUp(erp.cartage, stream(name), record);

async function post(path: string, body: unknown): Promise<unknown> {
  const answer = await erp.call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

describe('every stream', () => {
  it('gives its key columns first, every key in one way, and exactly the keys asked for', async () => {
    for (const [name, one] of Object.entries(streams)) {
      if (name === 'fulfilments') continue; // none yet: fulfilments.test.ts
      const all = await ask(name);
      expect(Object.keys(all[0] ?? {})[0]).toBe(keyColumn(one));
      const ids = [...new Set(all.map((row) => row[keyColumn(one)] as number))];
      const some = ids.slice(1, 3);
      const asked = await ask(name, { keys: some });
      expect(asked).toHaveLength(all.filter((row) => some.includes(row[keyColumn(one)] as number)).length);
      for (const row of asked) expect(all).toContainEqual(row);
      expect(await ask(name, { keys: [] })).toEqual([]);
    }
  });

  it('finds nothing for a record the ERP does not know', async () => {
    expect(await find('stock', [{ source: 'WH1', sku: 'NO-SUCH' }])).toEqual([]);
    expect(await find('prices', [{ sku: 'NO-SUCH' }])).toEqual([]);
    expect(await find('fulfilments', [{ instance: 'us', store: 'default', increment_id: '9' }])).toEqual([]);
  });
});

describe('stock', () => {
  const at = async (sku: string, source: string) =>
    (await lookUp('stock', { source, sku })).find((row) => row.source === source);

  it('is the sum of the moves in all bins, zero included', async () => {
    expect(await at('MUG-STONE', 'WH1')).toMatchObject({ quantity: '120.0000', sellable: true });
    expect(await at('MUG-ENAMEL', 'WH2')).toMatchObject({ quantity: '0.0000', sellable: true });
  });

  it('counts dozens in pieces, and fractions', async () => {
    await post('/receipts', { sku: 'MUG-ENAMEL', warehouse: 'WH2', quantity: 2, unit: 'DZN' });
    await post('/receipts', { sku: 'MUG-ENAMEL', warehouse: 'WH2', quantity: '0.5' });
    expect(await at('MUG-ENAMEL', 'WH2')).toMatchObject({ quantity: '24.5000' });
  });

  it('leaves out what other channels hold, but not what the web shop holds', async () => {
    await post('/reservations', { sku: 'BOARD-OAK', warehouse: 'WH1', quantity: 4 });
    expect(await at('BOARD-OAK', 'WH1')).toMatchObject({ quantity: '40.0000' });
    const order = anOrder({
      incrementId: '000000001',
      lines: [{ sku: 'BOARD-OAK', quantity: 3, priceMinor: 3990 }],
    });
    const { id } = await createOrder(erp.cartage, order);
    await post(`/orders/${id}/confirm`, {});
    expect(await at('BOARD-OAK', 'WH1')).toMatchObject({ quantity: '40.0000' });
  });

  it('knows only done moves and bins to sell from', async () => {
    await erp.owner.query(
      `insert into stock_move (product_id, uom_id, from_location_id, to_location_id, quantity)
       select p.id, u.id, a.id, b.id, 7 from product p, uom u, location a, location b
        where p.sku = 'KNIFE-PARE' and u.code = 'PCE' and a.code = 'WH1/A-01' and b.code = 'CUSTOMERS'`,
    );
    expect(await at('KNIFE-PARE', 'WH1')).toMatchObject({ quantity: '60.0000' });
    await erp.owner.query(
      `insert into stock_move (product_id, uom_id, from_location_id, to_location_id, quantity, state, done_at)
       select p.id, u.id, a.id, b.id, 7, 'done', now() from product p, uom u, location a, location b
        where p.sku = 'KNIFE-PARE' and u.code = 'PCE' and a.code = 'WH1/A-01' and b.code = 'WH1/QUALITY'`,
    );
    expect(await at('KNIFE-PARE', 'WH1')).toMatchObject({ quantity: '53.0000' });
  });

  it('keeps a place that once held the product', async () => {
    await post('/inventory-adjustments', { sku: 'LAST-ONE', warehouse: 'WH1', quantity: 0 });
    await erp.owner.query(
      `delete from stocking_rule using product p where p.id = product_id and p.sku = 'LAST-ONE'`,
    );
    expect(await at('LAST-ONE', 'WH1')).toMatchObject({ quantity: '0.0000' });
    expect(await at('LAST-ONE', 'WH2')).toBeUndefined();
  });

  it('says that a blocked product is not to be sold, whatever is there', async () => {
    await erp.call('PATCH', '/products/SCALE-5KG', { blocked: true });
    expect(await at('SCALE-5KG', 'WH1')).toMatchObject({ quantity: '40.0000', sellable: false });
  });
});

describe('products', () => {
  it('gives the whole product, the weight in kilograms, attributes and properties as one object', async () => {
    await post('/products', {
      sku: 'SPOON-5',
      name: 'Spoon',
      price: '3.5',
      weight: 45,
      weightUnit: 'G',
      taxClass: 'EXEMPT',
      attributes: { colour: 'silver' },
      properties: { colour: 'hidden by the attribute', hs_code: '8215' },
    });
    expect(await lookUp('products', { sku: 'SPOON-5' })).toEqual([
      {
        product_id: expect.any(Number),
        sku: 'SPOON-5',
        kind: 'simple',
        name: 'Spoon',
        description: null,
        weight: '0.0450',
        enabled: true,
        tax_class: 'EXEMPT',
        varies_by: null,
        children: null,
        images: null,
        attributes: { colour: 'silver', hs_code: '8215' },
      },
    ]);
    const made = { kind: 'configurable', varies_by: '["glaze"]', children: '["V-RED"]', images: '[]' };
    await post('/products', { sku: 'V', name: 'Vase', price: '3.5', properties: { ...made, shape: 'tall' } });
    expect(await lookUp('products', { sku: 'V' })).toMatchObject([
      {
        kind: 'configurable',
        varies_by: ['glaze'],
        children: ['V-RED'],
        images: [],
        attributes: { shape: 'tall' },
      },
    ]);
  });

  it('is disabled with its variant or its template', async () => {
    await erp.call('PATCH', '/products/APRON-LINEN', { active: false });
    expect(await lookUp('products', { sku: 'APRON-LINEN' })).toMatchObject([{ enabled: false }]);
  });
});

describe('prices', () => {
  const of = async (sku: string) => (await lookUp('prices', { sku }))[0]?.prices;
  const base = { list: 'BASE', currency: 'USD', minQuantity: '1.0000', from: null, to: null };

  it('gives all prices with four places, those of the template too', async () => {
    expect(await of('MUG-STONE')).toEqual([
      { ...base, amount: '14.5000' },
      { ...base, list: 'TRADE', amount: '13.0500', minQuantity: '10.0000' },
    ]);
  });

  it('prefers the price of the variant to that of its template', async () => {
    await post('/products/TEAPOT-08/price', { amount: 50, list: 'TRADE', minQuantity: 10 });
    expect(await of('TEAPOT-08')).toEqual([
      { ...base, amount: '64.9000' },
      { ...base, list: 'TRADE', amount: '50.0000', minQuantity: '10.0000' },
    ]);
  });

  it('gives periods to come in UTC and leaves out those that are over', async () => {
    const period = { from: '2099-01-01T00:00:00+02:00', to: '2099-02-01T00:00:00Z' };
    await post('/products/KNIFE-CHEF/price', { amount: 80, ...period });
    await post('/products/KNIFE-CHEF/price', {
      amount: 70,
      from: '2020-01-01T00:00:00Z',
      to: '2020-02-01T00:00:00Z',
    });
    expect(await of('KNIFE-CHEF')).toEqual([
      { ...base, amount: '89.0000' },
      { ...base, amount: '80.0000', from: '2098-12-31T22:00:00.000Z', to: '2099-02-01T00:00:00.000Z' },
      expect.objectContaining({ list: 'TRADE' }),
    ]);
  });

  it('gives a product without a price an empty list, not no row', async () => {
    await erp.owner.query(
      `delete from price_item i using product p where p.sku = 'SCALE-5KG' and (p.id = i.product_id or p.template_id = i.template_id)`,
    );
    expect(await of('SCALE-5KG')).toEqual([]);
  });
});
