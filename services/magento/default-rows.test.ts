import { expect, it } from '@jest/globals';
import { DefaultRows } from './default-rows.ts';
import { createSourceItems } from './source-items.ts';
import { createSources } from './sources.ts';
import { answer, cannedShop } from './testing/canned-shop.ts';

/** As a real shop answered: of a product with the bundle's parts, and of their stock. */
const refusals = [
  {
    message:
      'Product "%1" cannot be added to bundle product as bundle product has "Ship Bundle Items Together" and "%1" product assigned to multiple sources or has different source then rest of bundle items',
    parameters: ['E-P1'],
  },
  {
    message:
      'Validation Failed: Not able to assign "wh_main" to product "P-1", as it is part of bundle product <a href="http://shop/catalog/product/edit/id/29/">"B-DYN"</a> with shipment type "Ship Together" and has multiple sources or different source as other bundle selections.',
  },
];
const stocks = (websites: string[]) =>
  answer(
    200,
    JSON.stringify({
      items: [
        {
          stock_id: 1,
          name: 'Default Stock',
          extension_attributes: { sales_channels: websites.map((code) => ({ type: 'website', code })) },
        },
        {
          stock_id: 2,
          name: 'Europe',
          extension_attributes: { sales_channels: [{ type: 'website', code: 'base' }] },
        },
      ],
      total_count: 2,
    }),
  );
const links = answer(
  200,
  JSON.stringify({
    items: [
      { stock_id: 1, source_code: 'default', priority: 1 },
      { stock_id: 2, source_code: 'wh_main', priority: 1 },
    ],
    total_count: 2,
  }),
);
const rows = (quantity: number) =>
  answer(
    200,
    JSON.stringify({ items: [{ sku: 'E-P1', source_code: 'default', quantity, status: 1 }], total_count: 1 }),
  );

const attempt = { assertCurrent: () => undefined };
const row = { sku: 'E-P1', sourceCode: 'wh_main', quantity: '5', status: 1 as const };

function rowsOf(mapped: string[], ...answers: ReturnType<typeof answer>[]) {
  const shop = cannedShop(...answers);
  const sourceItems = createSourceItems(shop.rest);
  const defaultRows = new DefaultRows({ sourceItems, sources: createSources(shop.rest) }, () => mapped);
  return { shop, write: () => defaultRows.without(['E-P1'], attempt, () => sourceItems.write([row])) };
}

it.each(refusals)(
  'an empty row at the source "default" is taken away when the shop refuses a write for it',
  async (refusal) => {
    const { shop, write } = rowsOf(
      ['wh_main'],
      answer(400, JSON.stringify(refusal)),
      stocks([]),
      links,
      rows(0),
      answer(200, '[]'),
      answer(200, '[]'),
    );
    await write();
    expect(shop.calls.map(({ method, path }) => `${method} ${path.split('?')[0]!.split('V1/')[1]}`)).toEqual([
      'POST inventory/source-items',
      'GET inventory/stocks',
      'GET inventory/stock-source-links',
      'GET inventory/source-items',
      'POST inventory/source-items-delete',
      'POST inventory/source-items',
    ]);
    expect(shop.body(4)).toEqual({ sourceItems: [{ sku: 'E-P1', source_code: 'default' }] });
  },
);

it('one that tells something stays: with goods, of a warehouse, or sold from', async () => {
  const refused = { fault: { code: 'magento.bundle_sources' } };
  const refusal = answer(400, JSON.stringify(refusals[0]));
  await expect(rowsOf(['wh_main'], refusal, stocks([]), links, rows(3)).write()).rejects.toMatchObject(
    refused,
  );
  await expect(rowsOf(['wh_main'], refusal, stocks(['base']), links).write()).rejects.toMatchObject(refused);
  await expect(rowsOf(['wh_main', 'default'], refusal).write()).rejects.toMatchObject(refused);
});
