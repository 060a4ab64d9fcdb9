import { describe, expect, it } from '@jest/globals';
import { createPrices } from './prices.ts';
import { refusalsIn } from './price-refusals.ts';
import { answer, cannedShop } from './testing/canned-shop.ts';

const plain = { scope: 0, from: null, to: null, group: null, quantity: '1', isPercent: false };
const rows = [
  { ...plain, sku: 'SKU-013', price: '35.01' },
  { ...plain, sku: 'NOPE', price: '1' },
  { ...plain, sku: 'SKU-014', price: '-1.00' },
  { ...plain, sku: 'SKU-015', scope: 99, price: '5' },
];

describe('base prices', () => {
  // As a real shop answered to these rows, under status 200.
  const errors = `[{"message":"Invalid attribute %fieldName = %fieldValue.","parameters":["SKU","NOPE"]},
    {"message":"Invalid attribute %fieldName = %fieldValue.","parameters":["Price","-1"]},
    {"message":"Requested store is not found. Row ID: SKU = SKU-015, Store ID: 99.","parameters":["SKU-015","99"]},
    {"message":"Something else."}]`;

  it('match refusals to rows as far as the answer says, and give the rest on', async () => {
    const shop = cannedShop(answer(200, errors));
    const written = await createPrices(shop.rest).write('base', rows);
    expect(written.refused.map(({ row, message }) => [row.sku, message])).toEqual([
      ['NOPE', 'Invalid attribute SKU = NOPE.'],
      ['SKU-014', 'Invalid attribute Price = -1.'],
      ['SKU-015', 'Requested store is not found.'],
    ]);
    expect(written.unmatched).toEqual([expect.stringContaining('words are left out')]);
    expect(shop.calls[0]?.body).toContain('{"sku":"SKU-014","store_id":0,"price":-1}');
  });

  it('are all well when the answer is empty', async () => {
    const written = await createPrices(cannedShop(answer(200, '[]')).rest).write('base', rows);
    expect(written).toEqual({ refused: [], unmatched: [] });
    expect(refusalsIn(rows, ['?']).unmatched).toEqual(['an error without a message']);
  });

  it('are read back as decimal text', async () => {
    const shop = cannedShop(answer(200, '[{"price":2.22,"store_id":0,"sku":"SKU-013"}]'));
    expect(await createPrices(shop.rest).read('base', ['NOPE', 'SKU-013'])).toEqual([
      { ...plain, sku: 'SKU-013', price: '2.22' },
    ]);
  });
});

describe('the other kinds', () => {
  it('name the row that is refused in words, whatever else is equal', () => {
    const said = (text: string, sku: string, website: number) => ({
      message: `${text} Row ID: SKU = ${sku}, Website ID: ${website}, Customer Group: General, Quantity: 10.`,
      parameters: [sku, String(website), 'General', '10'],
    });
    const tiers = [
      { ...plain, sku: '10', price: '5', quantity: '10' },
      { ...plain, sku: 'A, B', price: '5', quantity: '10' },
      { ...plain, sku: 'a, b', price: '5', quantity: '10', scope: 2 },
    ];
    const { refused, unmatched } = refusalsIn(tiers, [said('Invalid attribute Website ID = 2.', 'A, B', 2)]);
    expect(refused).toEqual([{ row: tiers[2], message: 'Invalid attribute Website ID = 2.' }]);
    expect(unmatched).toEqual([]);
  });

  it('are read with days, groups and percent', async () => {
    const special = '[{"price":3,"store_id":2,"sku":"A","price_from":"2026-11-01 00:00:00","price_to":null}]';
    expect(await createPrices(cannedShop(answer(200, special)).rest).read('special', ['A'])).toEqual([
      { ...plain, sku: 'A', scope: 2, price: '3', from: '2026-11-01' },
    ]);
    const tier =
      '[{"price":12.5,"price_type":"discount","website_id":0,"sku":"A","customer_group":"all groups","quantity":5}]';
    expect(await createPrices(cannedShop(answer(200, tier)).rest).read('tier', ['A'])).toEqual([
      { ...plain, sku: 'A', price: '12.5', quantity: '5', isPercent: true },
    ]);
    const shop = cannedShop(answer(200, '[{"cost":4.2,"store_id":0,"sku":"A"}]'));
    expect(await createPrices(shop.rest).read('cost', ['A'])).toEqual([{ ...plain, sku: 'A', price: '4.2' }]);
  });

  it('are removed by all they say, costs by their SKU', async () => {
    const shop = cannedShop(answer(200, '[]'), answer(200, 'true'));
    const prices = createPrices(shop.rest);
    const row = { ...plain, sku: 'A', price: '7', quantity: '10' };
    await prices.remove('tier', [row]);
    expect(await prices.remove('cost', [row])).toEqual({ refused: [], unmatched: [] });
    expect(shop.calls.map(({ body }) => body)).toEqual([
      '{"prices":[{"sku":"A","website_id":0,"price":7,"price_type":"fixed","customer_group":"ALL GROUPS","quantity":10}]}',
      '{"skus":["A"]}',
    ]);
  });
});
