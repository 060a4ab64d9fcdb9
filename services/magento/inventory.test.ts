import { describe, expect, it } from '@jest/globals';
import { answer, cannedShop } from './testing/canned-shop.ts';
import { createShipments } from './shipments.ts';
import { createSourceItems } from './source-items.ts';
import { createSources } from './sources.ts';

const item = { sku: 'SKU-017', sourceCode: 'default', quantity: '42.1250', status: 1 as const };

describe('source items', () => {
  it('are written with exact quantities and their status', async () => {
    const shop = cannedShop(answer(200, '[]'));
    await createSourceItems(shop.rest).write([item, { ...item, sku: '00017', quantity: '0', status: 0 }]);
    expect(shop.calls[0]?.body).toBe(
      '{"sourceItems":[{"sku":"SKU-017","source_code":"default","quantity":42.125,"status":1},' +
        '{"sku":"00017","source_code":"default","quantity":0,"status":0}]}',
    );
  });

  it.each(['-5', '123456789012', '3.14159'])(
    'refuse the quantity %s, which Magento would change',
    async (quantity) => {
      const shop = cannedShop();
      const written = createSourceItems(shop.rest).write([{ ...item, quantity }]);
      await expect(written).rejects.toMatchObject({ fault: { code: 'magento.quantity_out_of_range' } });
      expect(shop.calls).toHaveLength(0);
    },
  );

  it('refuse a SKU twice, letter case aside, but not at two sources', async () => {
    const shop = cannedShop(answer(200, '[]'));
    const items = createSourceItems(shop.rest);
    await expect(items.write([item, { ...item, sku: 'sku-017' }])).rejects.toMatchObject({
      fault: { code: 'magento.duplicate_row' },
    });
    await items.write([item, { ...item, sourceCode: 'wh_east' }]);
    expect(shop.calls).toHaveLength(1);
  });

  it('are read for SKUs of any spelling, at one source or all', async () => {
    const rows =
      '{"items":[{"sku":"SKU-001","source_code":"default","quantity":94.5,"status":1}],"total_count":1}';
    const shop = cannedShop(answer(200, rows), answer(200, rows));
    const items = createSourceItems(shop.rest);
    expect(await items.read({ skus: ['SKU-001', 'a,b'], sourceCode: 'default' })).toEqual([
      { sku: 'SKU-001', sourceCode: 'default', quantity: '94.5', status: 1 },
    ]);
    expect(shop.query(0)['searchCriteria[filter_groups][1][filters][0][value]']).toBe('default');
    await items.read({ skus: ['SKU-001'] });
    expect(shop.query(1)['searchCriteria[filter_groups][1][filters][0][value]']).toBeUndefined();
  });
});

describe('sources, stocks and what can be sold', () => {
  it('are read in short', async () => {
    const shop = cannedShop(
      answer(
        200,
        '{"items":[{"source_code":"wh_new","name":"New","enabled":false,"extension_attributes":[]}],"total_count":1}',
      ),
      answer(
        200,
        '{"items":[{"stock_id":2,"name":"B2B","extension_attributes":{"sales_channels":[{"type":"website","code":"b2b"}]}},{"stock_id":3,"name":"None","extension_attributes":[]}],"total_count":2}',
      ),
      answer(200, '{"items":[{"stock_id":2,"source_code":"wh_east","priority":1}],"total_count":1}'),
    );
    const sources = createSources(shop.rest);
    expect(await sources.list()).toEqual([{ code: 'wh_new', name: 'New', enabled: false }]);
    expect(await sources.stocks()).toEqual([
      { id: 2, name: 'B2B', websiteCodes: ['b2b'] },
      { id: 3, name: 'None', websiteCodes: [] },
    ]);
    expect(await sources.stockSourceLinks()).toEqual([{ stockId: 2, sourceCode: 'wh_east', priority: 1 }]);
  });

  it('are asked for by a path that holds any SKU but the dots', async () => {
    const shop = cannedShop(answer(200, '-3.5'));
    const sources = createSources(shop.rest);
    expect(await sources.salableQuantity('50% off/ä', 1)).toBe('-3.5');
    expect(shop.calls[0]?.path).toBe(
      '/rest/V1/inventory/get-product-salable-quantity/50%25%20off%2F%C3%A4/1',
    );
    await expect(sources.salableQuantity('..', 1)).rejects.toMatchObject({
      fault: { code: 'magento.path_unsafe' },
    });
  });
});

describe('shipments', () => {
  const parcel = {
    items: [{ orderItemId: 25, quantity: '2.50' }],
    tracks: [{ carrierCode: 'ups', title: 'UPS', number: '1Z9' }],
    comment: 'Cartage: OUT/0001',
    sourceCode: 'wh_east',
    notify: false,
  };

  it('are created with items, comment, tracks and the source where Magento looks for it', async () => {
    const shop = cannedShop(answer(200, '"17"'));
    expect(await createShipments(shop.rest).create(12, parcel)).toBe(17);
    expect(shop.calls[0]?.path).toBe('/rest/V1/order/12/ship');
    expect(shop.body(0)).toEqual({
      items: [{ order_item_id: 25, qty: 2.5 }],
      notify: false,
      appendComment: false,
      comment: { comment: 'Cartage: OUT/0001', is_visible_on_front: 0 },
      tracks: [{ track_number: '1Z9', title: 'UPS', carrier_code: 'ups' }],
      arguments: { extension_attributes: { source_code: 'wh_east' } },
    });
  });

  it('never leave without items, without a source or with a quantity that is none', async () => {
    const shop = cannedShop();
    const shipments = createShipments(shop.rest);
    const create = (change: Partial<typeof parcel>) => shipments.create(12, { ...parcel, ...change });
    await expect(create({ items: [] })).rejects.toThrow('whole rest');
    await expect(create({ items: [{ orderItemId: 1, quantity: '0.0' }] })).rejects.toThrow(
      'a new shipment cannot be of',
    );
    await expect(create({ items: [{ orderItemId: 1, quantity: '-1' }] })).rejects.toThrow(
      'a new shipment cannot be of',
    );
    await expect(create({ sourceCode: '' })).rejects.toThrow('source code');
    expect(shop.calls).toHaveLength(0);
  });

  it('are found by their order, with comments, tracks and the source used', async () => {
    const found = `{"entity_id":2,"increment_id":"000000002","order_id":12,"packages":[],"total_qty":2,"created_at":"2026-11-23 08:15:16","updated_at":"2026-11-23 08:15:16",
      "items":[{"entity_id":2,"name":"Widget","price":22.87,"sku":"SKU-013","order_item_id":25,"qty":1.5}],
      "tracks":[{"entity_id":1,"track_number":"X1","title":null,"carrier_code":"custom"}],
      "comments":[{"entity_id":1,"comment":"First parcel"}],"extension_attributes":{"source_code":"default"}}`;
    const shop = cannedShop(
      answer(200, `{"items":[${found}],"total_count":1}`),
      answer(200, '{"entity_id":6,"track_number":"X2"}'),
    );
    const shipments = createShipments(shop.rest);
    const [first] = await shipments.ofOrder(12);
    expect(first).toMatchObject({
      entity_id: 2,
      items: [{ order_item_id: 25, qty: '1.5' }],
      tracks: [{ track_number: 'X1', title: null }],
      comments: [{ comment: 'First parcel' }],
      extension_attributes: { source_code: 'default' },
    });
    expect(
      await shipments.addTrack(12, 2, {
        carrierCode: 'dhl',
        title: 'DHL',
        number: 'X2',
        description: 'late',
      }),
    ).toBe(6);
    expect(shop.body(1)).toEqual({
      entity: {
        order_id: 12,
        parent_id: 2,
        track_number: 'X2',
        title: 'DHL',
        carrier_code: 'dhl',
        description: 'late',
      },
    });
  });
});
