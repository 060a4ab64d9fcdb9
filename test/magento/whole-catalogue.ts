import type { Prices, Product } from '../../schemas/types.ts';
import { productOf } from '../../services/catalog-applier/testing/product.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import type { CatalogRun } from './catalog-run.ts';

/** What the catalogue below needs of the configuration. */
export const wholeMapping = {
  attributeSet: 'ERP Set',
  taxClasses: { GOODS: 'Taxable Goods' },
  attributes: { colour: 'erp_color', tags: 'erp_tags', launch: 'erp_launch', material: 'erp_material' },
  createOptions: true,
  createCategories: true,
  priceLists: { SALE: { kind: 'special' }, BASE: { kind: 'tier' } },
};

/** Products in the shop before. */
const seeded = 32;
/** A PNG of one pixel; what follows its end makes several of it. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const image = (number: number) => ({
  url: null,
  version: null,
  data: Buffer.concat([pixel, Buffer.from(String(number))]).toString('base64'),
  label: `Picture ${number}`,
  roles: null,
  disabled: false,
});
const cup = (sku: string, colour: string, changes: object = {}) =>
  productOf(sku, { name: `Cup ${colour}`, visibility: 'none', attributes: { colour, ...changes } });
const parent = productOf('CUP', {
  kind: 'configurable',
  name: 'Cup',
  variesBy: ['colour'],
  children: ['CUP-R', 'CUP-N'],
  images: [image(1)],
});
const part = (sku: string) => ({ sku, quantity: '2.0000' });
const choice = { isDefault: true, quantityMayChange: false, surcharge: '1.0000', isPercent: false };
const priceOf = (sku: string, ...more: Partial<Prices['prices'][number]>[]): Prices => ({
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
  deleted: false,
  twin: null,
  sku,
  prices: [{}, ...more].map((changes) => ({
    list: 'BASE',
    currency: 'USD',
    amount: '9.5000',
    minQuantity: '0.0000',
    from: null,
    to: null,
    website: null,
    group: null,
    ...changes,
  })),
});

/** Of every type, with all that a product may have, some of it before what it refers to. */
const products: Product[] = [
  parent,
  cup('CUP-R', 'Red'),
  {
    ...cup('CUP-N', 'Navy', { tags: 'New,Outlet', launch: '2026-01-31', material: 'Clay' }),
    taxClass: 'GOODS',
    translations: [{ view: 'fr', values: { name: 'Tasse', material: 'Argile' } }],
  },
  productOf('MUG', { name: 'Mug', images: [image(2), image(3)], related: ['CUP'] }),
  productOf('SET', { kind: 'grouped', name: 'Set', parts: [part('MUG'), part('CUP-R')] }),
  productOf('KIT', {
    kind: 'bundle',
    name: 'Kit',
    bundle: {
      hasOwnPrice: true,
      shipsSeparately: false,
      options: [{ title: 'Cup', input: 'select', required: true, parts: [{ ...part('CUP-R'), ...choice }] }],
    },
  }),
  productOf('BOOK', {
    kind: 'downloadable',
    name: 'Book',
    categories: ['Paper/Fine'],
    downloads: [{ title: 'All of it', url: 'https://cdn.example.com/book.pdf', price: null, timesMax: 3 }],
  }),
  productOf('CARE', { kind: 'virtual', name: 'Care plan', websites: ['base', 'b2b'] }),
  parent,
];
const sold = ['CUP-R', 'CUP-N', 'KIT', 'BOOK', 'CARE'];
const prices: Prices[] = [
  ...sold.map((sku) => priceOf(sku)),
  priceOf('MUG', { minQuantity: '10.0000', amount: '8.0000' }, { list: 'SALE', amount: '7.0000' }),
];

/** @throws what the run throws when it is killed */
export async function loadWhole(run: CatalogRun): Promise<void> {
  for (const product of products) await run.product(product);
  for (const price of prices) await run.prices(price);
  await run.settle();
}

/** All that such a load may change in the shop; numbers that only tell how often something was tried are left out. */
export function contentsOf({ shop: { db } }: RunningShop): unknown {
  const skuOf = (id: number) => db.products.get(id)!.sku;
  return {
    categories: db.categories.all().map(({ name, parent_id }) => [name, parent_id]),
    options: db.options.all().map(({ attribute_code, label }) => [attribute_code, label]),
    products: db.products
      .all()
      .slice(seeded)
      .map(({ sku, type_id, values, configurable, media, links, bundle, downloads, tiers, website_ids }) => ({
        sku,
        type_id,
        values,
        website_ids,
        media: media?.map(({ file, labels, position }) => [file, labels, position]),
        made: configurable && [
          configurable.options.map(({ label }) => label),
          configurable.child_ids.map(skuOf),
        ],
        links,
        bundle: bundle?.options.map(({ title, selections }) => [
          title,
          selections.map((one) => skuOf(one.product_id)),
        ]),
        downloads: downloads?.map(({ title }) => title),
        tiers,
      })),
  };
}
