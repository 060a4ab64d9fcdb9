import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Magento } from '../../services/magento/magento.ts';
import { owedOf } from '../../services/magento/owed.ts';
import { toPlaces } from '../../services/platform/decimal.ts';
import { startShop } from '../sandbox/shop/index.ts';
import { cancel } from '../sandbox/shop/sales/order-state.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { clientOf, placeOrder } from './shop.ts';

// Real: the client down to the socket. Double: the sandbox shop, which checks every signature and burns every nonce
// as a real Magento 2.4.7 does (its fidelity is measured by tests of its own). The tests share one shop and each uses
// SKUs and orders of its own.
let shop: RunningShop;
let magento: Magento;

beforeAll(async () => {
  shop = await startShop();
  magento = clientOf(shop);
});
afterEach(() => shop.setFaults([]));
afterAll(async () => {
  await magento.close();
  await shop.close();
});

const plainPrice = { scope: 0, from: null, to: null, group: null, quantity: '1', isPercent: false };

const ODD_SKUS = [
  'A/B 1',
  '50% off',
  'A+B',
  'A%2FB',
  'Größe-1',
  'a,b;c$d',
  "q'(x)*!",
  'A&B=C',
  'A?B#C',
  'a:b@c',
  '42',
];

describe('SKUs of every spelling', () => {
  it.each(ODD_SKUS)('%s is created, found, updated, priced, stocked and sold', async (sku) => {
    const { products, prices, sourceItems, sources } = magento;
    expect(await products.get(sku)).toBeNull();
    const name = `Odd ${Buffer.from(sku).toString('hex')}`;
    await products.create(sku, {
      name,
      attributeSetId: 4,
      typeId: 'simple',
      price: '1',
      status: 2,
      weight: '0.5',
    });
    await products.update(sku, { status: 1, customAttributes: { description: 'x < y & z' } });
    expect(await products.get(sku)).toMatchObject({ sku, name, status: 1 });

    const written = await prices.write('base', [{ ...plainPrice, sku, price: '12.3450' }]);
    expect(written).toEqual({ refused: [], unmatched: [] });
    expect(await prices.read('base', [sku])).toEqual([{ ...plainPrice, sku, price: '12.345' }]);

    await sourceItems.write([{ sku, sourceCode: 'default', quantity: '7.5', status: 1 }]);
    expect(await sourceItems.read({ skus: [sku], sourceCode: 'default' })).toEqual([
      { sku, sourceCode: 'default', quantity: '7.5', status: 1 },
    ]);
    expect(await sources.salableQuantity(sku, 1)).toBe('7.5');
    expect(await sources.salable([sku, 'NOPE'], 1)).toEqual(new Set([sku]));
  });

  it('are all found at once, under the spelling asked for, the unknown left out', async () => {
    const known = await magento.products.existing([...ODD_SKUS, 'sku-001', 'NOPE', 'NO,PE']);
    expect([...known.keys()].toSorted()).toEqual([...ODD_SKUS, 'sku-001'].toSorted());
    expect(known.get('sku-001')?.sku).toBe('SKU-001');
  });

  it('are found in any number: more than ten filters, more than one request', async () => {
    const commas = Array.from({ length: 24 }, (_, index) => `x${index},y`);
    const plain = Array.from({ length: 230 }, (_, index) => `none-${index}`);
    const known = await magento.products.existing([...commas, ...plain, 'a,b;c$d', 'SKU-030']);
    expect([...known.keys()]).toEqual(expect.arrayContaining(['a,b;c$d', 'SKU-030']));
    expect(known.size).toBe(2);
  });
});

describe('signatures', () => {
  it('take a new nonce for each of many calls at once', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => magento.store.views()));
    expect(new Set(answers.map((views) => JSON.stringify(views.map(({ id }) => id))))).toEqual(
      new Set(['[0,1,2,3]']),
    );
  });

  it('with a nonce used before are refused, as a fault that passes', async () => {
    const stuck = clientOf(shop, { nonce: () => 'f'.repeat(32) });
    await stuck.store.views();
    await expect(stuck.store.views()).rejects.toMatchObject({
      outcome: 'none',
      needsOperator: false,
      fault: { code: 'magento.nonce_replayed' },
    });
    await stuck.close();
  });

  it.each([
    ['consumerSecret', 'x', 'magento.signature_invalid'],
    ['accessTokenSecret', 'x', 'magento.signature_invalid'],
    ['consumerKey', 'x'.repeat(32), 'magento.consumer_unknown'],
    ['consumerKey', 'x', 'magento.consumer_malformed'],
    ['accessToken', 'x'.repeat(32), 'magento.token_unknown'],
    ['accessToken', 'x', 'magento.token_malformed'],
  ])('with %s = %s are refused as %s, and no secret is told', async (member, value, code) => {
    const wrong = clientOf(shop, { credentials: () => ({ ...shop.credentials, [member]: value }) });
    const error = await wrong.store.views().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ needsOperator: true, fault: { code } });
    expect(String(error)).not.toContain(shop.credentials.consumerSecret);
    await wrong.close();
  });

  it('by a clock that is 11 minutes ahead are refused, one that is an hour behind is taken', async () => {
    const ahead = clientOf(shop, { now: () => Date.now() + 660_000 });
    await expect(ahead.store.views()).rejects.toMatchObject({ fault: { code: 'magento.clock_ahead' } });
    const behind = clientOf(shop, { now: () => Date.now() - 3_600_000 });
    const { skewMs } = await behind.serverTime();
    expect(skewMs).toBeGreaterThan(3_570_000);
    expect(skewMs).toBeLessThan(3_630_000);
    await Promise.all([ahead.close(), behind.close()]);
  });

  it('change with the credentials, without a new client', async () => {
    let credentials = { ...shop.credentials, consumerSecret: 'old' };
    const rotated = clientOf(shop, { credentials: () => credentials });
    await expect(rotated.store.websites()).rejects.toMatchObject({
      fault: { code: 'magento.signature_invalid' },
    });
    credentials = shop.credentials;
    expect((await rotated.store.websites()).map(({ code }) => code)).toEqual(['admin', 'base', 'b2b']);
    await rotated.close();
  });
});

describe('stores and sources', () => {
  it('are read with what the flows need', async () => {
    expect((await magento.store.views()).map(({ id, code, website_id }) => [id, code, website_id])).toEqual([
      [0, 'admin', 0],
      [1, 'default', 1],
      [2, 'fr', 1],
      [3, 'b2b_en', 2],
    ]);
    expect((await magento.store.configs())[0]).toMatchObject({
      base_currency_code: 'USD',
      timezone: 'America/Chicago',
    });
    expect(await magento.store.version()).toBe('Magento/2.4 (Community)');
    expect(await magento.sources.list()).toContainEqual({
      code: 'wh_east',
      name: 'Warehouse East',
      enabled: true,
    });
    expect(await magento.sources.stocks()).toContainEqual({
      id: 2,
      name: 'B2B Stock',
      websiteCodes: ['b2b'],
    });
    expect(await magento.sources.stockSourceLinks()).toContainEqual({
      stockId: 1,
      sourceCode: 'default',
      priority: 1,
    });
  });
});

describe('writes', () => {
  it('of prices save the good rows and name the refused ones', async () => {
    const written = await magento.prices.write('base', [
      { ...plainPrice, sku: 'SKU-020', price: '8.80' },
      { ...plainPrice, sku: 'NOPE', price: '1' },
      { ...plainPrice, sku: 'SKU-021', price: '-2.50' },
    ]);
    expect(written.refused.map(({ row }) => row.sku)).toEqual(['NOPE', 'SKU-021']);
    expect(written.unmatched).toEqual([]);
    expect(await magento.prices.read('base', ['SKU-020'])).toEqual([
      { ...plainPrice, sku: 'SKU-020', price: '8.8' },
    ]);
  });

  it('of a special price leave a day that is not given, until it is removed', async () => {
    const { prices } = magento;
    const special = { ...plainPrice, sku: 'SKU-020', price: '5', from: '2026-12-01', to: '2026-12-24' };
    const fine = { refused: [], unmatched: [] };
    expect(await prices.write('special', [special])).toEqual(fine);
    await prices.write('special', [{ ...special, price: '4', from: null, to: null }]);
    expect(await prices.read('special', ['SKU-020'])).toEqual([{ ...special, price: '4' }]);
    expect(await prices.remove('special', [special])).toEqual(fine);
    expect(await prices.remove('special', [special])).toEqual(fine);
    expect(await prices.read('special', ['SKU-020'])).toEqual([]);
    const { refused } = await prices.write('special', [
      { ...special, sku: 'NOPE' },
      { ...special, scope: 1 },
    ]);
    expect(refused.map(({ row, message }) => [row.sku, message])).toEqual([
      ['NOPE', "The product that was requested doesn't exist. Verify the product and try again."],
      ['SKU-020', 'Could not change non global Price when price scope is global.'],
    ]);
  });

  it('of tier prices add and change, and remove what is as it was read', async () => {
    const { prices } = magento;
    const tier = { ...plainPrice, sku: 'SKU-020', price: '7', quantity: '10', group: 'Wholesale' };
    await prices.write('tier', [tier, { ...tier, price: '6', quantity: '50', group: null }]);
    await prices.write('tier', [{ ...tier, price: '6.5', group: 'WHOLESALE' }]);
    expect(await prices.read('tier', ['SKU-020'])).toEqual([
      { ...tier, price: '6', quantity: '50', group: null },
      { ...tier, price: '6.5' },
    ]);
    await prices.remove('tier', [tier]);
    expect(await prices.read('tier', ['SKU-020'])).toHaveLength(2);
    await prices.remove('tier', [{ ...tier, price: '6.5' }]);
    expect(await prices.read('tier', ['SKU-020'])).toHaveLength(1);
    const { refused } = await prices.write('tier', [{ ...tier, group: 'Nobody' }]);
    expect(refused.map(({ message }) => message)).toEqual(['No such entity with Customer Group = Nobody.']);
  });

  it('of costs are read back', async () => {
    const cost = { ...plainPrice, sku: 'SKU-020', price: '4.2' };
    expect((await magento.prices.write('cost', [cost, { ...cost, sku: 'NOPE' }])).refused).toHaveLength(1);
    expect(await magento.prices.read('cost', ['SKU-020'])).toEqual([cost]);
  });

  it('of stock are all or nothing, and an unknown source may be a passing fault', async () => {
    const row = { sku: 'SKU-022', quantity: '3', status: 1 as const };
    const rows = [
      { ...row, sourceCode: 'default' },
      { ...row, sourceCode: 'nope' },
    ];
    await expect(magento.sourceItems.write(rows)).rejects.toMatchObject({
      outcome: 'none',
      perhapsRecord: true,
      fault: { code: 'magento.could_not_save' },
    });
    const [stored] = await magento.sourceItems.read({ skus: ['SKU-022'], sourceCode: 'default' });
    expect(stored?.quantity).toBe('100');
  });

  it('of a SKU that cannot be sold alone, or is not there, are told apart', async () => {
    await expect(magento.sources.salableQuantity('NOPE', 1)).rejects.toMatchObject({
      fault: { code: 'magento.sku_unknown' },
    });
    await expect(magento.sources.salableQuantity('SKU-001', 99)).rejects.toMatchObject({
      fault: { code: 'magento.refused' },
    });
  });
});

describe('a shop that misbehaves', () => {
  it('answers are classified by what they are, and an answer cut after the work leaves it unknown', async () => {
    const write = (quantity: string) =>
      magento.sourceItems.write([{ sku: 'SKU-023', sourceCode: 'default', quantity, status: 1 }]);
    shop.setFaults([{ kind: 'maintenance', times: 1 }]);
    await expect(write('1')).rejects.toMatchObject({
      outcome: 'none',
      fault: { code: 'magento.maintenance' },
    });
    shop.setFaults([{ kind: 'retry_after', delayMs: 3_000, times: 1 }]);
    await expect(write('2')).rejects.toMatchObject({ outcome: 'none', retryAfterMs: 3_000 });
    shop.setFaults([{ kind: 'status', status: 500, times: 1 }]);
    await expect(write('3')).rejects.toMatchObject({ outcome: 'unknown', perhapsRecord: true });
    shop.setFaults([{ kind: 'cut_before', times: 1 }]);
    await expect(write('4')).rejects.toMatchObject({
      outcome: 'unknown',
      fault: { code: 'http.connection_lost' },
    });
    expect((await magento.sourceItems.read({ skus: ['SKU-023'], sourceCode: 'default' }))[0]?.quantity).toBe(
      '100',
    );
    shop.setFaults([{ kind: 'cut_after', times: 1 }]);
    await expect(write('5')).rejects.toMatchObject({
      outcome: 'unknown',
      fault: { code: 'http.connection_lost' },
    });
    expect((await magento.sourceItems.read({ skus: ['SKU-023'], sourceCode: 'default' }))[0]?.quantity).toBe(
      '5',
    );
  });

  it('is given up at the deadline', async () => {
    const hasty = clientOf(shop, { deadlineMs: 500 });
    shop.setFaults([{ kind: 'slow', delayMs: 2_000, times: 2 }]);
    await expect(hasty.orders.byId(1)).rejects.toMatchObject({
      outcome: 'none',
      fault: { code: 'http.deadline' },
    });
    const write = hasty.sourceItems.write([
      { sku: 'SKU-024', sourceCode: 'default', quantity: '1', status: 1 },
    ]);
    await expect(write).rejects.toMatchObject({ outcome: 'unknown', fault: { code: 'http.deadline' } });
    await hasty.close();
  });
});

describe('orders', () => {
  it('are swept page by page in the order of their changes, each once, and read whole', async () => {
    const placed = [];
    for (let count = 0; count < 7; count += 1)
      placed.push(await placeOrder(shop, [{ sku: 'SKU-002', qty: 1 }]));
    const b2b = await placeOrder(shop, [{ sku: 'SKU-007', qty: 2 }], 3);
    const seen: number[] = [];
    let from: { updatedFrom: string; afterEntityId?: number } = { updatedFrom: '2000-01-01 00:00:00' };
    for (let pages = 0; pages < 20; pages += 1) {
      const { items, totalCount } = await magento.orders.page({
        ...from,
        updatedTo: '2100-01-01 00:00:00',
        pageSize: 3,
        withoutEntityIds: [b2b.entity_id],
      });
      seen.push(...items.map(({ entity_id }) => entity_id));
      if (items.length === totalCount) break;
      from = { updatedFrom: items.at(-1)!.updated_at, afterEntityId: items.at(-1)!.entity_id };
    }
    expect(seen).toEqual(placed.map(({ entity_id }) => entity_id));
    const [first] = seen;
    const limits = { afterEntityId: first!, upToEntityId: first! + 2, createdFrom: '2000-01-01 00:00:00' };
    const page = await magento.orders.wholePage({ ...limits, pageSize: 30 });
    expect(page.items.map(({ entity_id }) => entity_id)).toEqual([first! + 1, first! + 2]);

    const numbers = placed.map(({ increment_id }) => increment_id);
    const whole = await magento.orders.byIncrementIds(1, [...numbers, '999999999', b2b.increment_id]);
    expect(whole.items.map(({ increment_id }) => increment_id)).toEqual(numbers);
    // Of all that it is made from a document sees the same in brief; of the payment the method alone.
    const brief = await magento.orders.inBrief(1, numbers);
    const told = brief.items.map((order) => ({ ...order, payment: { method: order.payment.method } }));
    expect(whole.items).toMatchObject(told);
    expect(told.map(({ items }) => items.length)).toEqual(whole.items.map(({ items }) => items.length));
    expect(await magento.orders.byId(b2b.entity_id)).toMatchObject({
      increment_id: b2b.increment_id,
      store_id: 3,
    });
    expect(await magento.orders.byId(99_999)).toBeNull();
  });

  it('carry decimal quantities and totals with the digits of the shop', async () => {
    const { entity_id } = await placeOrder(shop, [{ sku: 'CABLE-1', qty: 1.75 }]);
    const order = await magento.orders.byId(entity_id);
    expect(order?.items[0]).toMatchObject({
      sku: 'CABLE-1',
      qty_ordered: '1.75',
      price: '34.75',
      row_total: '60.8125',
    });
  });
});

describe('shipments', () => {
  const track = { carrierCode: 'ups', title: 'UPS', number: '1Z999AA10123456784' };

  it('are created, found by their comment, and given a late track', async () => {
    const { entity_id: orderId } = await placeOrder(shop, [{ sku: 'SKU-003', qty: 3 }]);
    const item = (await magento.orders.byId(orderId))!.items[0]!;
    const parcel = { tracks: [track], sourceCode: 'default', notify: false };
    const first = await magento.shipments.create(orderId, {
      ...parcel,
      items: [{ orderItemId: item.item_id, quantity: '2.0000' }],
      comment: 'Cartage OUT/1',
    });
    await magento.shipments.create(orderId, {
      ...parcel,
      items: [{ orderItemId: item.item_id, quantity: '1' }],
      comment: 'Cartage OUT/2',
    });
    const found = await magento.shipments.ofOrder(orderId);
    const marked = found.find(({ comments }) => comments.some(({ comment }) => comment === 'Cartage OUT/1'));
    expect(marked).toMatchObject({
      entity_id: first,
      order_id: orderId,
      items: [{ order_item_id: item.item_id, qty: '2' }],
      tracks: [{ track_number: track.number, carrier_code: 'ups', title: 'UPS' }],
      extension_attributes: { source_code: 'default' },
    });
    await magento.shipments.addTrack(orderId, first, { ...track, number: 'LATE-1', description: 'late' });
    expect((await magento.shipments.get(first))?.tracks.map(({ track_number }) => track_number)).toEqual([
      track.number,
      'LATE-1',
    ]);
    expect(await magento.shipments.get(99_999)).toBeNull();
    const swept = await magento.documents.page('shipments', {
      updatedFrom: '2000-01-01 00:00:00',
      updatedTo: '2100-01-01 00:00:00',
      pageSize: 50,
    });
    expect(swept.items.filter(({ order_id }) => order_id === orderId)).toHaveLength(2);
  });

  it('are refused when nothing is left, and may pass when the source holds too little', async () => {
    const { entity_id: orderId } = await placeOrder(shop, [{ sku: 'SKU-004', qty: 1 }]);
    const item = (await magento.orders.byId(orderId))!.items[0]!;
    const parcel = {
      items: [{ orderItemId: item.item_id, quantity: '1' }],
      tracks: [],
      comment: 'x',
      sourceCode: 'default',
      notify: false,
    };
    await magento.sourceItems.write([{ sku: 'SKU-004', sourceCode: 'default', quantity: '0', status: 0 }]);
    await expect(magento.shipments.create(orderId, parcel)).rejects.toMatchObject({
      perhapsRecord: true,
      fault: { code: 'magento.could_not_save' },
    });
    await magento.sourceItems.write([{ sku: 'SKU-004', sourceCode: 'default', quantity: '1', status: 1 }]);
    await magento.shipments.create(orderId, parcel);
    await expect(magento.shipments.create(orderId, parcel)).rejects.toMatchObject({
      fault: { code: 'magento.refused' },
    });
    expect(await magento.shipments.ofOrder(orderId)).toHaveLength(1);
  });
});

describe('open orders', () => {
  it('are listed page by page with what they are still to get, the finished left out', async () => {
    const first = await placeOrder(shop, [{ sku: 'SKU-025', qty: 2 }]);
    const second = await placeOrder(shop, [
      { sku: 'SKU-025', qty: 1 },
      { sku: 'SKU-026', qty: 3 },
    ]);
    const canceled = shop.shop.db.orders.get(
      (await placeOrder(shop, [{ sku: 'SKU-025', qty: 5 }])).entity_id,
    )!;
    cancel(shop.shop, canceled);
    const { items } = shop.shop.db.orders.get(second.entity_id)!;
    items[1]!.qty_shipped = 2;
    const page = await magento.orders.openPage({ afterEntityId: first.entity_id - 1, pageSize: 10 });
    const owed = await Promise.all(page.items.map((order) => owedOf(order, magento.products)));
    expect(page.items.map(({ increment_id }) => increment_id)).toEqual([
      first.increment_id,
      second.increment_id,
    ]);
    expect(owed.map((goods) => [...goods].map(([sku, left]) => `${toPlaces(left, 0)} ${sku}`))).toEqual([
      ['2 SKU-025'],
      ['1 SKU-025', '1 SKU-026'],
    ]);
    const after = await magento.orders.openPage({ afterEntityId: second.entity_id, pageSize: 10 });
    expect(after.items).toEqual([]);
  });
});
