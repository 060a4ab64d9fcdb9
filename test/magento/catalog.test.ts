/**
 * Real: the catalogue's flow and the client down to the socket. A double: the sandbox shop (its fidelity is measured by
 * tests of its own). Asserted: what the shop has in the end.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { productOf } from '../../services/catalog-applier/testing/product.ts';
import type { Image, Prices } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { CatalogRun } from './catalog-run.ts';
import { clientOf } from './shop.ts';

const mapped = {
  attributeSet: 'ERP Set',
  taxClasses: { GOODS: 'Taxable Goods' },
  attributes: { colour: 'erp_color', tags: 'erp_tags', launch: 'erp_launch', net: 'erp_net_weight' },
  createOptions: true,
};
const priceOf = (sku: string, amount: string): Prices => ({
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
  deleted: false,
  twin: null,
  sku,
  prices: [
    {
      list: 'BASE',
      currency: 'USD',
      amount,
      minQuantity: '0.0000',
      from: null,
      to: null,
      website: null,
      group: null,
    },
  ],
});
const child = (sku: string, colour: string) =>
  productOf(sku, { name: `Cup ${colour}`, visibility: 'none', attributes: { colour } });
const parent = (...children: string[]) =>
  productOf('CUP', { kind: 'configurable', name: 'Cup', variesBy: ['colour'], children });

/** A PNG of one pixel; what follows its end makes several of it. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const files = new Map<string, Buffer | number>();
const fetched: string[] = [];
const host = createServer((request, response) => {
  fetched.push(request.url!);
  const file = files.get(request.url!) ?? 404;
  response.writeHead(typeof file === 'number' ? file : 200).end(typeof file === 'number' ? '' : file);
});
beforeAll(() => new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => host.close(resolve)));
const hostName = () => `127.0.0.1:${(host.address() as AddressInfo).port}`;
const image = (path: string, changes: Partial<Image> = {}): Image => ({
  url: `http://${hostName()}${path}`,
  version: null,
  data: null,
  label: null,
  roles: null,
  disabled: false,
  ...changes,
});

const open: { magento: Magento; shop: RunningShop }[] = [];
afterEach(async () => {
  for (const { magento, shop } of open.splice(0)) {
    await magento.close();
    await shop.close();
  }
});

async function started(catalog: object = {}) {
  const shop = await startShop({ seed: 'default' });
  const answered: string[] = [];
  const magento = clientOf(shop, { onAnswer: ({ method, route }) => answered.push(`${method} ${route}`) });
  open.push({ magento, shop });
  return {
    shop,
    magento,
    /** The calls since it was asked last, without what is learnt of the shop once. */
    calls: () => answered.splice(0).filter((call) => /products(\/(?!attribute)|$|\/:)/.test(call)),
    run: new CatalogRun(magento, {
      ...mapped,
      imageHosts: [hostName()],
      imageNetworks: ['127.0.0.0/8'],
      ...catalog,
    }),
  };
}

async function madeOf(magento: Magento, sku: string) {
  const { extension_attributes: made } = (await magento.products.get(sku))!;
  const skus = await magento.products.skusOf(made.configurable_product_links);
  return { by: made.configurable_product_options.map((one) => one.attribute_id), of: [...skus.values()] };
}

describe('a configurable product', () => {
  it('is made of the children that are there, and completed by those that come later', async () => {
    const { magento, run } = await started();
    await run.product(child('CUP-R', 'Red'));
    expect(await run.product(parent('CUP-R', 'CUP-N'))).toBe('product.child_missing');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-R'] });
    expect((await magento.products.get('CUP'))!.status).toBe(1);
    expect(await run.released('variant', 'erp_color/CUP-N', 'erp_color/CUP-R')).toEqual(['erp_color/CUP-R']);

    // An option that the shop did not have, made with the child.
    await run.product(child('CUP-N', 'Navy'));
    expect(await run.released('variant', 'erp_color/CUP-N')).toEqual(['erp_color/CUP-N']);
    expect(await run.product(parent('CUP-R', 'CUP-N'))).toBe('applied');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-R', 'CUP-N'] });
    expect(await run.product(parent('CUP-N', 'CUP-R'))).toBe('unchanged');
    expect(await run.prices(priceOf('CUP', '9'))).toBe('unchanged');

    expect(await run.product(parent('CUP-N'))).toBe('applied');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-N'] });
  });

  it('comes before all of its children, and is kept waiting by those alone that cannot be told apart', async () => {
    const { magento, run } = await started();
    expect(await run.product(parent('CUP-R', 'CUP-S', 'CUP-0'))).toBe('product.child_missing');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: [], of: [] });
    await run.product(child('CUP-R', 'Red'));
    await run.product(child('CUP-S', 'red'));
    await run.product(productOf('CUP-0', { name: 'Cup without' }));
    expect(await run.product(parent('CUP-R', 'CUP-S'))).toBe('product.children_alike');
    expect(await run.product(parent('CUP-R', 'CUP-0'))).toBe('product.child_incomplete');
    expect(await madeOf(magento, 'CUP')).toEqual({ by: ['137'], of: ['CUP-R'] });
  });

  it('is refused where its attributes cannot tell children apart, or where it is of another type in the shop', async () => {
    const { run } = await started({ attributes: { ...mapped.attributes, length: 'no_such' } });
    const by = (...variesBy: string[]) => run.product({ ...parent(), variesBy });
    expect(await by('tags')).toBe('product.varies_by_unusable');
    expect(await by('length')).toBe('product.varies_by_unusable');
    expect(await by()).toBe('product.varies_by_unusable');
    expect(await by('size')).toBe('product.varies_by_unmapped');
    expect(await run.product({ ...parent(), sku: 'SKU-001' })).toBe('product.type_changed');
  });
});

describe('a product that refers to others', () => {
  const part = (sku: string, quantity = '1.0000') => ({ sku, quantity });
  const linksOf = async (magento: Magento, sku: string) =>
    (await magento.products.get(sku))!.product_links!.map(
      ({ link_type, linked_product_sku: other, extension_attributes: { qty } }) =>
        `${link_type} ${other}${qty === null ? '' : ` x ${qty}`}`,
    );

  it('as a group is made of the parts that are there, and completed by those that come later', async () => {
    const { magento, run } = await started();
    const group = (...parts: ReturnType<typeof part>[]) =>
      run.product(productOf('SET', { kind: 'grouped', name: 'Set', parts }));
    expect(await group(part('SKU-002', '2.0000'), part('NEW'), part('SET'))).toBe('product.child_missing');
    expect(await linksOf(magento, 'SET')).toEqual(['associated SKU-002 x 2']);
    expect((await magento.products.get('SET'))!.status).toBe(1);
    expect(await run.released('product', 'NEW', 'SKU-002')).toEqual(['SKU-002']);
    await run.product(productOf('NEW', { name: 'New' }));
    expect(await group(part('SKU-002', '2.0000'), part('new'))).toBe('applied');
    expect(await group(part('SKU-002', '2.0000'), part('NEW'))).toBe('unchanged');
    expect(await linksOf(magento, 'SET')).toEqual(['associated SKU-002 x 2', 'associated NEW x 1']);
    expect(await group(part('NEW'), part('SKU-002', '3.0000'))).toBe('applied');
    expect(await linksOf(magento, 'SET')).toEqual(['associated NEW x 1', 'associated SKU-002 x 3']);
    expect(await run.prices(priceOf('SET', '9'))).toBe('unchanged');
    await run.product(productOf('SET-2', { kind: 'grouped', name: 'Set two', parts: [] }));
    expect(await group(part('NEW'), part('SET-2'))).toBe('product.part_composite');
    expect(await linksOf(magento, 'SET')).toEqual(['associated NEW x 1']);
  });

  it('is shown with what the ERP names, and keeps links of which the ERP says nothing', async () => {
    const { magento, run } = await started();
    const pen = (changes: object) => run.product(productOf('PEN', { name: 'Pen', ...changes }));
    expect(await pen({ related: ['SKU-001', 'SKU-002'], upSells: ['SKU-003'] })).toBe('applied');
    expect(await pen({ related: ['SKU-001', 'SKU-002'], upSells: ['SKU-003'] })).toBe('unchanged');
    expect(await pen({ related: ['SKU-002'], crossSells: ['PAPER', 'PEN'] })).toBe('product.child_missing');
    expect(await linksOf(magento, 'PEN')).toEqual(['upsell SKU-003', 'related SKU-002']);
    await run.product(productOf('PAPER', { name: 'Paper', related: ['PEN'] }));
    expect(await pen({ related: [], crossSells: ['PAPER'] })).toBe('applied');
    expect(await linksOf(magento, 'PEN')).toEqual(['upsell SKU-003', 'crosssell PAPER']);
    expect(await pen({})).toBe('unchanged');
  });

  it('as a bundle has the options whose parts are there, priced by its parts or by itself', async () => {
    const { magento, run } = await started();
    const choice = (sku: string, changes: object = {}) => ({
      ...part(sku),
      isDefault: false,
      quantityMayChange: false,
      surcharge: null,
      isPercent: false,
      ...changes,
    });
    const option = (title: string, ...parts: ReturnType<typeof choice>[]) => ({
      title,
      input: 'select',
      required: true,
      parts,
    });
    const kit = (hasOwnPrice: boolean, ...options: ReturnType<typeof option>[]) =>
      run.product(
        productOf('KIT', {
          kind: 'bundle',
          name: 'Kit',
          bundle: { hasOwnPrice, shipsSeparately: true, options },
        }),
      );
    const kept = async () => {
      const { status, extension_attributes: made } = (await magento.products.get('KIT'))!;
      const options = made.bundle_product_options.map(({ option_id, title, product_links: links }) => [
        option_id,
        title,
        ...links.map(({ id, sku, qty, price }) => `${id}: ${Number(qty)} ${sku} ${Number(price)}`),
      ]);
      return { status, options };
    };
    const frame = option('Frame', choice('SKU-001', { isDefault: true }), choice('LATE'));
    expect(await kit(false, option('Lens', choice('LATE')), frame)).toBe('product.child_missing');
    expect(await kept()).toEqual({ status: 1, options: [[1, 'Frame', '1: 1 SKU-001 10.99']] });
    expect(await run.prices(priceOf('KIT', '9'))).toBe('unchanged');
    await run.product(productOf('LATE', { name: 'Late' }));
    expect(await kit(false, option('Lens', choice('LATE')), frame)).toBe('applied');
    // What was there keeps its ids.
    const options = [
      [2, 'Lens', '2: 1 LATE 0'],
      [1, 'Frame', '1: 1 SKU-001 10.99', '3: 1 LATE 0'],
    ];
    expect(await kept()).toEqual({ status: 1, options });
    expect(await kit(false, option('Lens', choice('LATE')), frame)).toBe('unchanged');

    // Of one with a price of its own the parts add to it; another quantity is another bundle.
    const dear = option('Frame', choice('SKU-001', { surcharge: '2.5000', quantity: '2.0000' }));
    expect(await kit(true, dear)).toBe('applied');
    expect(await kit(true, dear)).toBe('unchanged');
    expect((await kept()).options).toEqual([[1, 'Frame', '1: 2 SKU-001 2.5']]);
    expect(await run.prices(priceOf('KIT', '40'))).toBe('applied');
    expect(await kit(true, dear, dear)).toBe('product.bundle_unusable');
    expect(await kit(true, option('Frame', choice('KIT'), choice('LATE')))).toBe('applied');
  });

  it('as a bundle that ships together takes the stock of its parts once none has a row elsewhere', async () => {
    const { magento, run } = await started();
    const parts = ['LEFT', 'RIGHT'];
    for (const sku of parts) await run.product(productOf(sku, { name: sku }));
    const choice = { isDefault: false, quantityMayChange: false, surcharge: null, isPercent: false };
    const options = parts.map((sku) => ({
      title: sku,
      input: 'select',
      required: true,
      parts: [{ ...part(sku), ...choice }],
    }));
    const bundle = { hasOwnPrice: false, shipsSeparately: false, options };
    expect(await run.product(productOf('PAIR', { kind: 'bundle', name: 'Pair', bundle }))).toBe('applied');
    const write = (sku: string) =>
      magento.sourceItems.write([{ sku, sourceCode: 'wh_east', quantity: '7', status: 1 }]);
    const free = (sku: string) => magento.sourceItems.remove([{ sku, sourceCode: 'default' }]);
    await free('LEFT');
    // Of the other part there is one still.
    await expect(write('LEFT')).rejects.toMatchObject({ fault: { code: 'magento.bundle_sources' } });
    await free('RIGHT');
    for (const sku of parts) await write(sku);
  });

  it('is refused where it is of another type in the shop', async () => {
    const { run } = await started();
    const refused = productOf('SKU-001', { kind: 'bundle', name: 'Kit' });
    expect(await run.product(refused)).toBe('product.type_changed');
  });
});

describe('a downloadable product', () => {
  it('has the files that the ERP names, beside those that somebody has uploaded, whatever else is written', async () => {
    const { shop, magento, run } = await started();
    const file = (name: string, changes: object = {}) => ({
      title: name,
      url: `https://cdn.example.com/${name}.pdf`,
      price: null,
      timesMax: null,
      ...changes,
    });
    const book = (changes: object) =>
      run.product(productOf('BOOK', { kind: 'downloadable', name: 'Book', ...changes }));
    const kept = async () => {
      const found = (await magento.products.get('BOOK'))!;
      const links = found.extension_attributes.downloadable_product_links;
      return links.map(({ id, title, price }) => `${id} ${title} ${Number(price)}`);
    };
    expect(await book({ downloads: [file('one'), file('two', { timesMax: 3 })] })).toBe('applied');
    expect(await book({ downloads: [file('one'), file('two', { timesMax: 3 })] })).toBe('unchanged');
    const row = shop.shop.db.products.lookup('book')[0]!;
    const uploaded = {
      title: 'By hand',
      price: 0,
      number_of_downloads: 0,
      link_type: 'file',
      link_file: '/b/y/by-hand.pdf',
      sample_type: null,
    };
    row.downloads!.push({ ...uploaded, id: shop.shop.db.next('download'), sort_order: 9 });
    const more = { downloads: [file('two', { price: '1.5000' }), file('three')] };
    expect(await book(more)).toBe('applied');
    expect(await kept()).toEqual(['3 By hand 0', '2 two 1.5', '4 three 0']);
    expect(await book(more)).toBe('unchanged');
    // They are sent along, or Magento would take them away: with what the ERP says, and without.
    expect(await book({ ...more, websites: ['base', 'b2b'] })).toBe('applied');
    expect(await book({ websites: ['base'] })).toBe('applied');
    expect(await kept()).toEqual(['3 By hand 0', '2 two 1.5', '4 three 0']);
    expect(await run.prices(priceOf('BOOK', '9'))).toBe('applied');
    expect(await book({ downloads: [] })).toBe('applied');
    expect(await kept()).toEqual(['3 By hand 0']);
  });
});

describe('translations', () => {
  const material = { attributes: { ...mapped.attributes, material: 'erp_material', key: 'url_key' } };
  const cup = (changes: object, translations: Record<string, Record<string, string>>) =>
    productOf('CUP', {
      name: 'Cup',
      translations: Object.entries(translations).map(([view, values]) => ({ view, values })),
      ...changes,
    });
  /** What is kept for the scope itself. */
  const own = (shop: RunningShop, scope: number) =>
    Object.fromEntries(
      ['name', 'description', 'url_key', 'erp_material'].flatMap((code) => {
        const value = shop.shop.db.products.lookup('cup')[0]!.values[scope]?.[code];
        return value === undefined ? [] : [[code, value]];
      }),
    );

  it('are written in their view alone, and only where they differ from what it shows', async () => {
    const { shop, run, calls } = await started(material);
    const made = { attributes: { material: 'Steel' } };
    const french = { name: 'Tasse', material: 'Acier', key: 'tasse' };
    expect(await run.product(cup(made, { fr: french, b2b_en: { name: 'Cup' } }))).toBe('applied');
    expect(own(shop, 2)).toEqual({ name: 'Tasse', url_key: 'tasse', erp_material: 'Acier' });
    // Where nothing differs the view goes on using what all have.
    expect(own(shop, 3)).toEqual({});
    expect(own(shop, 0)).toMatchObject({ name: 'Cup', erp_material: 'Steel' });
    calls();
    expect(await run.product(cup(made, { fr: french, b2b_en: { name: 'Cup' } }))).toBe('unchanged');
    expect(calls().filter((call) => !call.startsWith('GET'))).toEqual([]);

    // Another name for all: the view that used it is to show the old one no less, the other one is not asked twice.
    expect(await run.product(cup({ ...made, name: 'Mug' }, { fr: french, b2b_en: { name: 'Cup' } }))).toBe(
      'applied',
    );
    expect([own(shop, 0), own(shop, 3)]).toMatchObject([{ name: 'Mug' }, { name: 'Cup' }]);
    expect(own(shop, 2)).toMatchObject({ name: 'Tasse' });
  });

  it('take what Magento froze in the view along with the value for all, and leave alone what is not theirs', async () => {
    const { shop, run } = await started(material);
    const french = { fr: { name: 'Tasse' } };
    await run.product(cup({ description: 'A cup', attributes: { material: 'Steel' } }, french));
    expect(own(shop, 2)).toEqual({ name: 'Tasse', erp_material: 'Steel' });
    shop.shop.db.products.lookup('cup')[0]!.values[2]!['description'] = 'Une tasse';
    expect(await run.product(cup({ description: 'The cup', attributes: { material: 'Clay' } }, french))).toBe(
      'applied',
    );
    expect(own(shop, 2)).toEqual({ name: 'Tasse', erp_material: 'Clay', description: 'Une tasse' });
    // Of which the ERP says nothing any more, it stays.
    expect(await run.product(productOf('CUP', { name: 'Cup', attributes: { material: 'Clay' } }))).toBe(
      'unchanged',
    );
    expect(own(shop, 2)).toMatchObject({ name: 'Tasse' });
  });

  it('of what a website has one of are written once for it, and are refused where its views disagree', async () => {
    const origin = { attributes: { ...mapped.attributes, origin: 'country_of_manufacture' } };
    const { shop, run, calls } = await started(origin);
    const inViews = () =>
      [0, 1, 2, 3].map(
        (id) => shop.shop.db.products.lookup('cup')[0]!.values[id]?.['country_of_manufacture'] ?? null,
      );
    const made = { attributes: { origin: 'Germany' } };
    const both = { default: { origin: 'United States' }, fr: { origin: 'United States' } };
    expect(await run.product(cup(made, both))).toBe('applied');
    expect(inViews()).toEqual(['DE', 'US', 'US', null]);
    calls();
    expect(await run.product(cup(made, both))).toBe('unchanged');
    expect(calls().filter((call) => !call.startsWith('GET'))).toEqual([]);
    const apart = {
      fr: { origin: 'Germany' },
      default: { origin: 'United States' },
      b2b_en: { origin: 'United States' },
    };
    expect(await run.product(cup(made, apart))).toBe('product.attribute_of_website');
    expect(inViews()).toEqual(['DE', 'DE', 'DE', 'US']);
  });

  it('for a view that there is not, or of what all views share, hold nothing else back', async () => {
    const { shop, run } = await started(material);
    const unknown = cup({}, { de: { name: 'Tasse' }, fr: { name: 'Tasse', colour: 'Red' } });
    expect(await run.product(unknown)).toBe('product.view_unknown');
    expect(await run.released('view', 'de', 'fr')).toEqual(['fr']);
    expect(own(shop, 2)).toEqual({ name: 'Tasse' });
    expect(await run.product(cup({}, { fr: { name: 'Tasse', colour: 'Red' } }))).toBe(
      'product.attribute_not_of_view',
    );
    expect(await run.product(cup({}, { fr: { name: 'x'.repeat(256) } }))).toBe('product.name_too_long');
    // A key that another product has there.
    await run.product(productOf('MUG', { name: 'Mug', attributes: { key: 'mug' } }));
    expect(await run.product(cup({}, { fr: { key: 'mug', name: 'Coupe' } }))).toBe('magento.url_key_taken');
  });
});

describe('a simple product', () => {
  it('has a URL key of its own, whichever other makes the same one, and keeps it', async () => {
    const { magento, run } = await started();
    const key = async (sku: string) =>
      (await magento.products.get(sku))!.custom_attributes.find((one) => one.attribute_code === 'url_key')!
        .value;
    for (const sku of ['A/B', 'A-B'])
      expect(await run.product(productOf(sku, { name: 'Cup' }))).toBe('applied');
    expect(await key('A/B')).toBe('cup-a-b');
    expect(await key('A-B')).toMatch(/^cup-a-b-[0-9a-f]{8}$/);
    const before = await key('A-B');
    expect(await run.product(productOf('A-B', { name: 'Mug' }))).toBe('applied');
    expect(await key('A-B')).toBe(before);
  });

  it('is sold in the websites that the ERP names, else as it is', async () => {
    const { magento, run } = await started();
    const websites = async () => (await magento.products.get('PEN'))!.extension_attributes.website_ids;
    const pen = (codes: string[] | null) => run.product(productOf('PEN', { name: 'Pen', websites: codes }));
    await pen(null);
    expect(await websites()).toEqual([1]);
    expect(await pen(['b2b', 'base'])).toBe('applied');
    expect(await websites()).toEqual([1, 2]);
    expect(await pen(['base', 'b2b'])).toBe('unchanged');
    expect(await pen(null)).toBe('unchanged');
    expect(await pen(['nowhere'])).toBe('product.website_unknown');
  });

  it('is in the categories that the ERP names by path or id, and stays in those that others have put it into', async () => {
    const { shop, magento, run } = await started();
    const pen = (...categories: string[]) => run.product(productOf('PEN', { name: 'Pen', categories }));
    const names = async () => {
      const links = (await magento.products.get('PEN'))!.extension_attributes.category_links;
      return links.map(({ category_id }) => shop.shop.db.categories.get(category_id)!.name);
    };
    expect(await pen('Widgets/Small Widgets', '4', 'Paper/Fine')).toBe('product.category_unknown');
    expect(await names()).toEqual(['Small Widgets', 'Gadgets']);
    expect(await run.released('category', 'Paper/Fine', 'widgets')).toEqual(['widgets']);
    expect(await pen('Default Category/Widgets')).toBe('applied');
    expect(await names()).toEqual(['Small Widgets', 'Gadgets', 'Widgets']);
    expect(await pen('Widgets')).toBe('unchanged');

    const { magento: other, run: making, shop: made } = await started({ createCategories: true });
    const book = (sku: string) =>
      making.product(productOf(sku, { name: 'Book', categories: ['Paper/Fine'] }));
    expect([await book('B-1'), await book('B-2'), await book('B-2')]).toEqual([
      'applied',
      'applied',
      'unchanged',
    ]);
    const added = made.shop.db.categories.all().slice(5);
    expect(added.map(({ name, parent_id }) => [name, parent_id])).toEqual([
      ['Paper', 2],
      ['Fine', 6],
    ]);
    expect((await other.products.get('B-2'))!.extension_attributes.category_links).toEqual([
      { category_id: 7 },
    ]);
  });

  it('goes from the shop when the ERP no longer has it, where that is configured', async () => {
    const { magento, run } = await started({ deleted: 'delete' });
    await run.product(productOf('A/B 1', { name: 'Pen' }));
    expect(await run.product(productOf('A/B 1', { deleted: true }))).toBe('applied');
    expect(await magento.products.get('A/B 1')).toBeNull();
    expect(await run.product(productOf('A/B 1', { deleted: true }))).toBe('unchanged');
  });
});

const gallery = async (magento: Magento, sku: string) =>
  (await magento.products.get(sku))!.media_gallery_entries.map(
    ({ file, label, position, disabled, types }) => ({
      file: file.replace(/^.*\/[0-9a-f]{32}-/, ''),
      label,
      position,
      disabled,
      types,
    }),
  );
const mug = (...images: Image[]) => productOf('MUG', { name: 'Mug', images });
const usual = ['image', 'small_image', 'thumbnail'];

describe('images', () => {
  it('are uploaded once, in the order and with the roles that the ERP says', async () => {
    const { magento, run } = await started();
    files.set('/front.png', pixel);
    fetched.length = 0;
    const data = Buffer.concat([pixel, Buffer.from('2')]).toString('base64');
    const images = [image('/front.png', { label: 'Front' }), image('', { url: null, data, disabled: true })];
    expect(await run.product(mug(...images))).toBe('applied');
    const front = { file: 'cartage.png', label: 'Front', position: 1, disabled: false, types: usual };
    const back = { file: 'cartage.png', label: '', position: 2, disabled: true, types: [] };
    expect(await gallery(magento, 'MUG')).toEqual([front, back]);
    expect(await run.product(mug(...images))).toBe('unchanged');
    expect(fetched).toEqual(['/front.png']);

    // The other way round, with roles: nothing is fetched or uploaded for that.
    const [first, second] = images as [Image, Image];
    await run.product(mug({ ...second, roles: ['base', 'swatch'] }, { ...first, roles: ['small'] }));
    expect(await gallery(magento, 'MUG')).toEqual([
      { ...front, position: 2, types: ['small_image'] },
      { ...back, position: 1, types: ['image', 'swatch_image'] },
    ]);
    expect(fetched).toHaveLength(1);
    // The same file in another product has a name of its own.
    await run.product(productOf('MUG-2', { name: 'Mug two', images: [first] }));
    expect(await gallery(magento, 'MUG-2')).toEqual([{ ...front, file: 'cartage_1.png' }]);
    expect(await run.product(productOf('MUG-2', { name: 'Mug two', images: [first] }))).toBe('unchanged');
  });

  it('have no role that the ERP does not give them, though the shop gives the first of a gallery all', async () => {
    const { magento, run } = await started();
    files.set('/front.png', pixel);
    await run.product(productOf('MUG', { name: 'Mug' }));
    const plain = image('/front.png', { roles: [] });
    expect(await run.product(mug(plain))).toBe('applied');
    expect(await gallery(magento, 'MUG')).toMatchObject([{ types: [] }]);
    expect(await run.product(mug(plain))).toBe('unchanged');
  });

  it('that somebody else has put there are never touched, those of Cartage taken away with the ERP’s', async () => {
    const { magento, run } = await started();
    await run.product(productOf('MUG', { name: 'Mug' }));
    const content = { base64: pixel.toString('base64'), mime: 'image/png', name: 'by-hand.png' };
    await magento.media.add(
      'MUG',
      { label: 'Mine', position: 1, disabled: false, types: ['image'] },
      content,
    );
    const mine = { file: '/b/y/by-hand.png', label: 'Mine', position: 1, disabled: false, types: ['image'] };
    files.set('/front.png', pixel);
    await run.product(mug(image('/front.png', { roles: ['small'] })));
    expect((await gallery(magento, 'MUG'))[0]).toEqual(mine);
    // Another version is another file; the older goes when the newer is there.
    await run.product(mug(image('/front.png', { roles: ['small'], version: '2' })));
    expect(await gallery(magento, 'MUG')).toMatchObject([mine, { types: ['small_image'] }]);
    expect(await run.product(mug())).toBe('applied');
    expect(await gallery(magento, 'MUG')).toEqual([mine]);
    expect(await run.product(productOf('MUG', { name: 'Mug' }))).toBe('unchanged');
  });

  it('that cannot be had keep nothing else back', async () => {
    const { magento, run } = await started({ imageSideMax: 1, imageBytesMax: 100 });
    files.set('/good.png', pixel);
    files.set('/away.png', 503);
    files.set('/page.html', Buffer.from('<html></html>'));
    files.set('/large.png', Buffer.concat([pixel, Buffer.alloc(100)]));
    const wide = Buffer.from(pixel);
    wide.writeUInt32BE(2, 16);
    files.set('/wide.png', wide);
    const good = image('/good.png');
    const outcome = (one: Image) => run.product(mug(one, good));
    expect(await outcome(image('/good.png', { roles: ['front'] }))).toBe('product.image_refused');
    expect(await gallery(magento, 'MUG')).toHaveLength(1);
    expect(await outcome(image('/none.png'))).toBe('product.image_missing');
    expect(await outcome(image('/away.png'))).toBe('product.image_missing');
    expect(await outcome(image('/page.html'))).toBe('product.image_refused');
    expect(await outcome(image('/large.png'))).toBe('product.image_refused');
    expect(await outcome(image('/wide.png'))).toBe('product.image_refused');
    expect(await outcome(image('', { url: 'https://cdn.example.com/a.png' }))).toBe('product.image_host');
    expect(await outcome(image('/good.png', { roles: ['front'] }))).toBe('product.image_refused');
    expect(await outcome(image('/good.png', { data: 'x' }))).toBe('product.image_refused');
    expect(await gallery(magento, 'MUG')).toHaveLength(1);
    expect(await run.released('image', 'MUG')).toEqual(['MUG']);
  });
});

describe('prices of further lists', () => {
  const lists = {
    SALE: { kind: 'special' },
    DEALER: { kind: 'tier', group: 'Wholesale' },
    BASE: { kind: 'tier' },
    EK: { kind: 'cost' },
  };
  const price = (list: string, amount: string, changes: Partial<Prices['prices'][number]> = {}) => ({
    ...priceOf('SKU-001', amount).prices[0]!,
    list,
    ...changes,
  });
  const all = (...prices: Prices['prices']) => ({ ...priceOf('SKU-001', '1'), prices });
  const at = (text: string) => Date.parse(text);
  /** Midnight in the time zone of the shop, America/Chicago. */
  const sale = (changes: object = {}) =>
    price('SALE', '8', { from: at('2026-06-10T05:00:00Z'), to: at('2026-07-01T05:00:00Z'), ...changes });
  const read = async (magento: Magento) => ({
    special: (await magento.prices.read('special', ['SKU-001'])).map((row) => [row.price, row.from, row.to]),
    tiers: (await magento.prices.read('tier', ['SKU-001']))
      .map(({ group, quantity, price: amount }) => `${group ?? 'all groups'} ${quantity}: ${amount}`)
      .toSorted(),
    cost: (await magento.prices.read('cost', ['SKU-001'])).map((row) => row.price),
  });

  it('become special prices, tiers and costs, each once, and go with the list', async () => {
    const { magento, run } = await started({ priceLists: lists });
    const byHand = {
      sku: 'SKU-001',
      scope: 0,
      price: '5',
      from: null,
      to: null,
      group: 'Retailer',
      quantity: '3',
      isPercent: false,
    };
    await magento.prices.write('tier', [byHand]);
    const wanted = all(
      price('BASE', '10'),
      price('BASE', '9', { minQuantity: '10.0000' }),
      price('DEALER', '7.5'),
      price('DEALER', '7', { minQuantity: '5.0000' }),
      price('EK', '4'),
      sale(),
    );
    expect(await run.prices(wanted)).toBe('applied');
    expect(await read(magento)).toEqual({
      special: [['8', '2026-06-10', '2026-06-30']],
      tiers: ['Retailer 3: 5', 'Wholesale 1: 7.5', 'Wholesale 5: 7', 'all groups 10: 9'],
      cost: ['4'],
    });
    expect(await run.prices(wanted)).toBe('unchanged');

    expect(await run.prices(all(price('BASE', '10'), price('DEALER', '6', { minQuantity: '5.0000' })))).toBe(
      'applied',
    );
    expect(await read(magento)).toEqual({
      special: [],
      tiers: ['Retailer 3: 5', 'Wholesale 5: 6'],
      cost: [],
    });
  });

  it('begin and end by the days of the shop', async () => {
    const { magento, run } = await started({ priceLists: lists });
    const days = async () => (await read(magento)).special;
    const base = price('BASE', '10');
    // To come at a midnight: the shop may begin it by itself. To come at noon: not yet.
    run.nowMs = at('2026-06-01T12:00:00Z');
    await run.prices(all(base, sale()));
    expect(await days()).toEqual([['8', '2026-06-10', '2026-06-30']]);
    const noon = sale({ from: at('2026-06-10T17:00:00Z') });
    await run.prices(all(base, noon));
    expect(await days()).toEqual([]);
    run.nowMs = at('2026-06-10T17:00:00Z');
    await run.prices(all(base, noon));
    expect(await days()).toEqual([['8', '2026-06-10', '2026-06-30']]);
    // Over: it ends in the shop, too, and the product keeps its base price.
    run.nowMs = at('2026-07-01T05:00:00Z');
    expect(await run.prices(all(base, noon))).toBe('applied');
    expect(await days()).toEqual([]);
    expect((await magento.products.get('SKU-001'))!.price).toBe('10');
    // Without a first day Magento makes one, the present by its own clock, which is left.
    run.nowMs = Date.now();
    await run.prices(all(base, sale({ from: null, to: null })));
    await magento.products.update('SKU-001', { name: 'Widget' });
    expect(await run.prices(all(base, sale({ from: null, to: null })))).toBe('unchanged');
  });

  it('that the shop refuses are refused by its SKU alone', async () => {
    const { run } = await started({ priceLists: { DEALER: { kind: 'tier', group: 'Nobody' } } });
    expect(await run.prices(all(price('BASE', '10'), price('DEALER', '9')))).toBe('price.refused');
    const { run: away } = await started({ priceLists: { DEALER: { kind: 'tier', website: 'nowhere' } } });
    expect(await away.prices(all(price('BASE', '10')))).toBe('price.website_unknown');
  });
});

/** Everything that a shop of the kind may hold, in an order in which nothing is there when it is first asked for. */
describe('a load', () => {
  const skus = Array.from({ length: 200 }, (_one, number) => `LOAD-${number}`);
  const picture = () => image('', { url: null, data: pixel.toString('base64') });
  const product = (sku: string, changes: object = {}) =>
    productOf(sku, { name: 'Load', attributes: { net: '1.5' }, images: [picture()], ...changes });

  it('takes one call for a new product with its price and its image, one for fifty that are as they were, and one more for each that is not', async () => {
    const { magento, run, calls } = await started();
    await run.load(skus.flatMap((sku) => [product(sku), priceOf(sku, '9')]));
    const all = calls();
    expect([...new Set(run.outcomes.values())].toSorted()).toEqual(['applied', 'unchanged']);
    expect((await magento.products.many(skus)).size).toBe(skus.length);
    for (const { status, price } of (await magento.products.many(skus)).values())
      expect([status, price]).toEqual([1, '9']);
    expect(all.filter((call) => call === 'POST POST products')).toHaveLength(skus.length);
    expect(all.length).toBeLessThan(1.25 * skus.length);

    calls();
    await run.load(skus.map((sku) => product(sku)));
    expect(calls()).toHaveLength(skus.length / 50);
    await run.load(skus.map((sku, number) => product(sku, number % 100 === 0 ? { name: 'Other' } : {})));
    expect(calls()).toHaveLength(skus.length / 50 + skus.length / 100);
  });
});
