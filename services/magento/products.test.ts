import { describe, expect, it } from '@jest/globals';
import { answer, cannedShop } from './testing/canned-shop.ts';
import { createProducts } from './products.ts';
import { matchSkus } from './sku.ts';

const product = (sku: string) =>
  `{"id":1,"sku":${JSON.stringify(sku)},"name":"N","attribute_set_id":4,"price":10.99,"status":1,"visibility":4,"type_id":"simple",
  "weight":1.5,"extension_attributes":{"website_ids":[1,2]},"custom_attributes":[{"attribute_code":"tax_class_id","value":"2"},{"attribute_code":"category_ids","value":["3"]}]}`;

describe('products', () => {
  it('are read by path when every server leaves the SKU alone, else by a search', async () => {
    const shop = cannedShop(
      answer(200, product('SKU-001')),
      answer(200, `{"items":[${product('A/B 1')}],"total_count":1}`),
    );
    const products = createProducts(shop.rest);
    expect(await products.get('SKU-001')).toMatchObject({ sku: 'SKU-001', price: '10.99', weight: '1.5' });
    expect(shop.calls[0]?.path).toBe('/rest/all/V1/products/SKU-001');
    expect((await products.get('A/B 1'))?.id).toBe(1);
    expect(shop.calls[1]?.path).toMatch(/^\/rest\/all\/V1\/products\?/);
    expect(shop.query(1)['searchCriteria[filter_groups][0][filters][0][value]']).toBe('A/B 1');
  });

  it('are created and updated at scope all, with exact numbers and only what is given', async () => {
    const shop = cannedShop(
      answer(200, product('N-1')),
      answer(200, product('N-1')),
      answer(200, product('A/B 1')),
    );
    const products = createProducts(shop.rest);
    await products.create('N-1', {
      name: 'New',
      attributeSetId: 4,
      typeId: 'simple',
      status: 2,
      price: '0.10',
      weight: '1.250',
      websiteIds: [1],
      customAttributes: { tax_class_id: '2', description: null },
    });
    expect([shop.calls[0]?.method, shop.calls[0]?.path]).toEqual(['POST', '/rest/all/V1/products']);
    expect(shop.calls[0]?.body).toBe(
      '{"product":{"sku":"N-1","name":"New","status":2,"attribute_set_id":4,"type_id":"simple","price":0.1,"weight":1.25,' +
        '"extension_attributes":{"website_ids":[1]},"custom_attributes":[{"attribute_code":"tax_class_id","value":"2"},' +
        '{"attribute_code":"description","value":null}]}}',
    );
    await products.update('N-1', { status: 1 });
    expect([shop.calls[1]?.method, shop.calls[1]?.path]).toEqual(['PUT', '/rest/all/V1/products/N-1']);
    expect(shop.calls[1]?.body).toBe('{"product":{"sku":"N-1","status":1}}');
    await products.update('A/B 1', { status: 1 });
    expect([shop.calls[2]?.method, shop.calls[2]?.path]).toEqual(['POST', '/rest/all/V1/products']);
  });

  it('of others are in stock as they are made, or Magento sells them never', async () => {
    const shop = cannedShop(answer(200, product('BOX')));
    await createProducts(shop.rest).create('BOX', {
      name: 'Box',
      attributeSetId: 4,
      typeId: 'bundle',
      mayBeSold: true,
    });
    expect(JSON.parse(shop.calls[0]!.body!)).toMatchObject({
      product: { extension_attributes: { stock_item: { is_in_stock: true } } },
    });
  });

  it('tell their SKUs by their ids', async () => {
    const shop = cannedShop(answer(200, '{"items":[{"id":7,"sku":"MUG"}],"total_count":1}'));
    expect(await createProducts(shop.rest).skusOf([7, 8])).toEqual(new Map([[7, 'MUG']]));
    expect(shop.query(0)['searchCriteria[filter_groups][0][filters][0][field]']).toBe('entity_id');
    expect(shop.query(0)['searchCriteria[filter_groups][0][filters][0][value]']).toBe('7,8');
  });

  it('tell what their options and the values of these are called', async () => {
    const items = [
      {
        id: 7,
        sku: 'MUG',
        options: [
          { option_id: 2, title: 'Engraving', type: 'field' },
          {
            option_id: 4,
            title: 'Extras',
            values: [{ option_type_id: 5, title: 'Ribbon' }, { option_type_id: 6 }],
          },
        ],
        extension_attributes: { configurable_product_options: [{ attribute_id: '137', label: 'Color' }] },
      },
      { id: 8, extension_attributes: { downloadable_product_links: [{ id: 1, title: 'Part one' }] } },
      { id: 9, options: 'none', extension_attributes: [] },
      { id: 10, extension_attributes: { bundle_product_options: [{ option_id: 1, title: 'Main' }] } },
    ];
    const shop = cannedShop(answer(200, JSON.stringify({ items, total_count: 4 })));
    const names = await createProducts(shop.rest).optionNames([7, 8, 9, 10, 11]);
    expect([...names.values()].map(({ sku }) => sku)).toEqual(['MUG', null, null, null]);
    expect([...names].map(([id, { options, values }]) => [id, [...options], [...values]])).toEqual([
      [
        7,
        [
          ['custom/2', 'Engraving'],
          ['custom/4', 'Extras'],
          ['configurable/137', 'Color'],
        ],
        [['custom/4/5', 'Ribbon']],
      ],
      [8, [], [['downloadable//1', 'Part one']]],
      [9, [], []],
      [10, [['bundle/1', 'Main']], []],
    ]);
    expect(shop.calls[0]?.path).toMatch(/^\/rest\/all\/V1\/products\?/);
  });

  it('are found under the spelling asked for, the lowest id first', async () => {
    const items = [
      [3, 'sku-018'],
      [4, 'a,b'],
      [5, 'SKU-020'],
      [9, 'SKU-020'],
    ].map(([id, sku]) => ({ id, sku, status: 1, type_id: 'simple' }));
    const shop = cannedShop(answer(200, JSON.stringify({ items, total_count: 4 })));
    const known = await createProducts(shop.rest).existing(['SKU-018', 'a,b', 'SKU-020', 'NOPE']);
    expect([...known].map(([asked, { id, sku }]) => [asked, id, sku])).toEqual([
      ['SKU-018', 3, 'sku-018'],
      ['a,b', 4, 'a,b'],
      ['SKU-020', 5, 'SKU-020'],
    ]);
    const query = shop.query(0);
    expect(query['searchCriteria[filter_groups][0][filters][0][condition_type]']).toBe('in');
    expect(query['searchCriteria[filter_groups][0][filters][1][value]']).toBe('a,b');
  });

  it('match by the exact spelling before letter case and accents', () => {
    const rows = [{ sku: 'grosse' }, { sku: 'Groessé' }, { sku: 'GROSSE' }];
    const found = matchSkus(['GROSSE', 'groesse', 'Grosse'], rows);
    expect([...found.values()].map(({ sku }) => sku)).toEqual(['GROSSE', 'Groessé', 'grosse']);
  });
});
