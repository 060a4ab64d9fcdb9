/** What the kinds say of what both sides show. Doubles: the shop's lists. */
import { describe, expect, it } from '@jest/globals';
import type { Fulfilment, Price, Prices } from '../../../schemas/types.ts';
import { documentKinds } from '../../magento/documents.ts';
import { markerOf } from '../../magento/marker.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import { catalogSection } from '../../platform/config/sections/catalog.ts';
import type { Received } from '../../platform/kafka/types.ts';
import type { Comparer } from '../compare/comparer.ts';
import { imageDigest } from '../../wanted/products/image-name.ts';
import { customersComparer } from './customers.ts';
import { documentsComparer } from './documents.ts';
import { pricesComparer } from './prices.ts';
import { productsComparer } from './products.ts';
import { stockComparer } from './stock.ts';
import { stockSection } from '../../platform/config/sections/stock.ts';

const now = Date.parse('2026-11-28T11:00:00Z');
const clock = { now: () => now };

/** What is said of each value, by field; null: nothing is said of it. */
async function said<Value, Item>(comparer: Comparer<Value, Item>, values: readonly Value[]) {
  const entries = values.flatMap((value, offset) => {
    const record = { key: 'k', value } as Received<Value>;
    const item = comparer.itemOf(value, record);
    return item === null ? [] : [{ id: String(offset), key: 'k', item, partition: 0, offset }];
  });
  const found = await comparer.compare(entries);
  return entries.map(
    (entry) => found.get(entry)?.map((one) => `${one.field}: ${one.wanted}/${one.found}`) ?? null,
  );
}

describe('prices', () => {
  const row = (sku: string, price: string, changes: Partial<PriceRow> = {}): PriceRow => ({
    sku,
    scope: 0,
    price,
    from: null,
    to: null,
    group: null,
    quantity: '1',
    isPercent: false,
    ...changes,
  });
  const shop = new Map<PriceKind, PriceRow[]>([
    ['base', [row('same', '10.0000'), row('over', '12'), row('gone', '10'), row('part', '1')]],
    [
      'tier',
      [row('same', '7', { group: 'Wholesale', quantity: '10' }), row('over', '1', { group: 'Retailer' })],
    ],
  ]);
  const types = new Map(['same', 'over', 'gone', 'none'].map((sku) => [sku, { type_id: 'simple' }]));
  types.set('part', { type_id: 'configurable' });
  types.set('bundle', { type_id: 'bundle' });
  const comparer = pricesComparer({
    clock,
    catalog: catalogSection.parse({
      websites: ['base'],
      basePriceList: 'BASE',
      baseCurrency: 'EUR',
      priceLists: { TRADE: { kind: 'tier', group: 'Wholesale' } },
    }),
    magento: {
      products: { existing: () => Promise.resolve(types) },
      prices: {
        read: (kind: PriceKind, skus: readonly string[]) =>
          Promise.resolve(shop.get(kind)!.filter(({ sku }) => skus.includes(sku))),
      },
    } as never,
  });
  const price = (amount: string, changes: Partial<Price> = {}): Price => ({
    list: 'BASE',
    currency: 'EUR',
    amount,
    minQuantity: '0.0000',
    from: null,
    to: null,
    website: null,
    group: null,
    ...changes,
  });
  const of = (sku: string, ...prices: Price[]) =>
    ({ sku, twin: null, deleted: false, prices }) as unknown as Prices;
  const trade = { list: 'TRADE', minQuantity: '10.0000' };

  it('are those that the applier would write: base and tier, and what is somebody else’s stays', async () => {
    expect(
      await said(comparer, [
        of('same', price('10'), price('7', trade)),
        of('over', price('10'), price('7', trade)),
        of('none', price('5')),
      ]),
    ).toEqual([[], ['base: 10.0000/12.0000', 'tier.Wholesale.10: 7.0000/null'], ['base: 5.0000/null']]);
  });

  it('of what has none, of products that are not there, and of what is held are not spoken of', async () => {
    const held = of('same', price('10', { currency: 'USD' }));
    const others = ['part', 'bundle', 'unknown'].map((sku) => of(sku, price('9')));
    expect(await said(comparer, [held, ...others])).toEqual([null, null, null, null]);
  });
});

describe('documents', () => {
  const made = (order_id: number, documentId: string, ...numbers: string[]) => ({
    base_currency_code: 'EUR',
    base_grand_total: '83.7500',
    grand_total: '100.5000',
    entity_id: 1,
    order_id,
    comments: [{ comment: 'by hand' }, { comment: ` ${markerOf('us', 'document', documentId)}` }],
    tracks: numbers.map((track_number) => ({ track_number })),
    items: [1, 2, 3, 4, 5, 6, 7].map((order_item_id) => ({ order_item_id, qty: '2' })),
  });
  const line = (
    item_id: number,
    sku: string,
    product_type = 'simple',
    parent_item_id: number | null = null,
    product_id = item_id,
  ) => ({
    item_id,
    product_id,
    sku,
    product_type,
    parent_item_id,
    is_virtual: product_type === 'virtual',
  });
  const ordered = [
    line(1, 'MUG'),
    line(2, 'SHIRT-M', 'configurable'),
    line(3, 'SHIRT-M', 'simple', 2),
    line(4, 'SET', 'bundle'),
    line(5, 'CUP', 'simple', 4),
    line(6, 'CUP', 'simple', null, 5),
    line(7, 'LICENCE', 'virtual'),
  ];
  const asked: string[] = [];
  const of = (kind: (typeof documentKinds)[number]) =>
    documentsComparer(kind, {
      clock,
      instance: 'us',
      fulfilments: { since: 1_000 },
      magento: {
        store: { views: () => Promise.resolve([{ id: 3, code: 'en' }]) },
        orders: {
          linesOf: (store: number) => Promise.resolve(new Map([['1', { id: 10 * store, lines: ordered }]])),
        },
        documents: {
          ofOrders: (list: string, ids: number[]) => {
            asked.push(`${list} ${ids.join()}`);
            // Shipments have no amounts.
            const none = { base_currency_code: null, base_grand_total: null, grand_total: null };
            const totals = list === 'shipments' ? none : {};
            return Promise.resolve(
              [made(30, 'D1', 'T1'), made(30, 'D2', 'T2')].map((one) => ({ ...one, ...totals })),
            );
          },
        },
      } as never,
    });
  const document = (documentId: string, changes: object = {}): Fulfilment =>
    ({
      instance: 'us',
      store: 'en',
      incrementId: '1',
      kind: 'shipment',
      documentId,
      documentDate: 2_000,
      packages: [],
      lines: [],
      amounts: null,
      occurredAt: null,
      ...changes,
    }) as unknown as Fulfilment;

  it('are found by their marker, with the numbers of their parcels', async () => {
    const packages = [{ trackingNumber: 'T2' }, { trackingNumber: 'T9' }];
    expect(
      await said(of('shipments'), [document('D1'), document('D2', { packages }), document('D3')]),
    ).toEqual([[], ['D2.tracks: T2, T9/T2'], ['D3.exists: yes/null']]);
  });

  it('come to the total that the ERP tells, in the currency in which it does', async () => {
    const amounts = (currency: string, totalMinor: number | null) => ({ amounts: { currency, totalMinor } });
    const invoice = (documentId: string, told: object) => document(documentId, { kind: 'invoice', ...told });
    expect(
      await said(of('invoices'), [
        invoice('D1', amounts('EUR', 8_375)),
        invoice('D1', amounts('EUR', 8_374)),
        invoice('D1', amounts('USD', 10_051)),
        invoice('D1', amounts('EUR', null)),
      ]),
    ).toEqual([[], ['D1.total: 83.74 EUR/83.75 EUR'], ['D1.total: 100.51 USD/100.50 USD'], []]);
    expect(await said(of('shipments'), [document('D1', amounts('EUR', 8_375))])).toEqual([[]]);
  });

  it('are of as many of each line of the order as the ERP says, as far as the order tells which they are', async () => {
    const lines = (...rows: [string | null, string, string][]) => ({
      lines: rows.map(([orderLineId, sku, quantity]) => ({ orderLineId, sku, quantity })),
    });
    const all: [string | null, string, string][] = [
      ['1', 'x', '2.0000'],
      [null, 'shirt-m', '2'],
    ];
    const of2 = (...rows: [string | null, string, string][]) => document('D1', lines(...rows));
    expect(
      await said(of('shipments'), [
        of2(...all),
        of2(['1', 'x', '1.0000'], [null, 'shirt-m', '1'], ['2', 'y', '2']),
        of2(['1', 'x', '2']),
        // Nothing is said of bundles and their parts, of what the order does not have, and of nothing at all.
        of2(...all, ['4', 'SET', '1']),
        of2(...all, [null, 'CUP', '1']),
        of2(['1', 'x', '1'], [null, 'shirt-m', '2'], [null, 'CUP', '1']),
        of2(...all, [null, 'MUG-red', '1']),
        of2(),
      ]),
    ).toEqual([
      [],
      ['D1.lines.MUG: 1.0000/2.0000', 'D1.lines.SHIRT-M: 3.0000/2.0000'],
      ['D1.lines.SHIRT-M: null/2.0000'],
      [],
      [],
      ['D1.lines.MUG: 1.0000/2.0000'],
      [],
      [],
    ]);
    const invoice = (...rows: [string | null, string, string][]) =>
      document('D1', { kind: 'invoice', ...lines(...all, ...rows) });
    expect(await said(of('invoices'), [invoice(['7', 'LICENCE', '2']), invoice()])).toEqual([
      [],
      ['D1.lines.LICENCE: null/2.0000'],
    ]);
  });

  it('are looked for in the list of their kind', async () => {
    asked.length = 0;
    for (const kind of documentKinds)
      await said(
        of(kind),
        ['shipment', 'invoice', 'creditmemo'].map((one) => document('D1', { kind: one })),
      );
    expect(asked).toEqual(['shipments 30', 'invoices 30', 'creditmemos 30']);
  });

  it('of before, of others, taken back, or of orders and store views that are not there are not spoken of', async () => {
    expect(
      await said(of('shipments'), [
        document('D3', { documentDate: 900 }),
        document('D3', { instance: 'eu' }),
        document('D3', { withdrawn: true }),
        document('D3', { incrementId: '2' }),
      ]),
    ).toEqual([null]);
    expect(await said(of('shipments'), [document('D3', { store: 'fr' })])).toEqual([null]);
  });
});

describe('stock', () => {
  const rows = [
    { sku: 'priced', sourceCode: 'main', quantity: '3', status: 1 },
    { sku: 'free', sourceCode: 'main', quantity: '3', status: 1 },
    { sku: 'blocked', sourceCode: 'main', quantity: '5', status: 0 },
  ];
  const products = new Map([
    ['priced', { price: '2.505' }],
    ['free', { price: null }],
    ['blocked', { price: '9' }],
    ['no row', { price: '1.00' }],
  ]);
  const magento = {
    sourceItems: { read: () => Promise.resolve(rows) },
    products: { many: () => Promise.resolve(products) },
  } as never;
  const comparer = stockComparer(magento, stockSection.parse({ sources: { W1: 'main' } }), 'EUR');
  const entry = (sku: string, offset: number) => {
    const value = { source: 'W1', sku, quantity: '5', sellable: true, deleted: false, twin: null };
    const rest = { backorders: null, buffer: null, occurredAt: null };
    const record = { ...value, ...rest } as never;
    return { id: sku, key: sku, item: comparer.itemOf(record, {} as never)!, partition: 0, offset };
  };

  it('that is apart has a value at the shop’s price, where it has one', async () => {
    const entries = ['priced', 'free', 'blocked', 'no row', 'unknown'].map(entry);
    const found = await comparer.compare(entries);
    const worth = entries.map((one) =>
      found.get(one)?.map(({ field, money }) => `${field} ${money?.minor ?? 'nothing'}`),
    );
    expect(worth).toEqual([
      ['quantity 501'],
      ['quantity nothing'],
      ['status nothing'],
      ['quantity 500'],
      undefined,
    ]);
  });
});

describe('customers', () => {
  it('are looked for by key, or by website and e-mail, and are there when the partner is theirs', async () => {
    const partners = new Map([
      ['us/base/k', { id: '1', reference: null, key: 'us/base/k' }],
      ['us/base/other', { id: '2', reference: null, key: null }],
    ]);
    const asked: string[] = [];
    const comparer = (key: string) => ({
      ...customersComparer({
        instance: 'us',
        customers: { websites: { base: {} }, groups: { General: {} } },
        erp: {
          lookup: (who) => {
            asked.push(`${who.key} ${who.website} ${who.email}`);
            return Promise.resolve(partners.get(who.key) ?? null);
          },
        },
      }),
      key,
    });
    const facts: unknown[] = [];
    const look = async (key: string, group = 'General') => {
      const one = comparer(key);
      const item = one.itemOf({ email: ' A@x.com ', group, occurredAt: null } as never, { key } as never);
      if (item === null) return null;
      const entry = { id: key, key, item, partition: 0, offset: 0 };
      const unlike = (await one.compare([entry])).get(entry)!;
      facts.push(...unlike.flatMap((each) => each.facts ?? []));
      return unlike.map(({ field }) => field);
    };
    expect(await look('us/base/k')).toEqual([]);
    expect(await look('us/base/other')).toEqual(['exists']);
    expect(await look('us/base/none', 'VIP')).toEqual(['exists']);
    expect(await look('eu/base/k')).toBe(null);
    expect([facts, asked[0]]).toEqual([['unmapped'], 'us/base/k base a@x.com']);
  });
});

describe('products', () => {
  const product = (sku: string, changes: object = {}) =>
    ({
      sku,
      kind: 'simple',
      name: 'Mug',
      weight: '1.5000',
      visibility: 'both',
      enabled: true,
      deleted: false,
      twin: null,
      description: null,
      taxClass: null,
      attributes: {},
      websites: null,
      categories: null,
      bundle: null,
      downloads: null,
      images: null,
      children: null,
      variesBy: [],
      parts: null,
      related: null,
      upSells: null,
      crossSells: null,
      translations: null,
      occurredAt: null,
      ...changes,
    }) as never;
  const there = (changes: object = {}) => ({
    type_id: 'simple',
    name: 'Mug',
    weight: '1.5',
    visibility: 4,
    status: 1,
    price: '9',
    attribute_set_id: 4,
    extension_attributes: {
      website_ids: [1],
      category_links: [{ category_id: 7 }],
      configurable_product_links: [],
      bundle_product_options: [],
    },
    product_links: [],
    media_gallery_entries: [],
    custom_attributes: [],
    ...changes,
  });
  const shop = new Map<string, object>([
    ['same', there()],
    ['named', there({ name: 'Cup', visibility: 1, weight: '2', status: 2 })],
    ['unpriced', there({ status: 2, price: '0' })],
    ['other', there({ type_id: 'virtual' })],
    ['off', there()],
    ['gone', there({ status: 2 })],
    ['left', there()],
  ]);
  const definition = (code: string, changes: object = {}) =>
    ({
      code,
      input: 'text',
      backend: 'varchar',
      options: [],
      takesOptions: false,
      types: [],
      ...changes,
    }) as never;
  const colours = [
    { label: 'Red', value: '11' },
    { label: 'Blue', value: '12' },
  ];
  const definitions = [
    definition('colour', { input: 'select', backend: 'int', options: colours, takesOptions: true }),
    definition('weightless', { input: 'boolean', backend: 'int' }),
    definition('length', { backend: 'decimal' }),
    definition('description', { input: 'textarea', backend: 'text' }),
    definition('volume', { types: ['virtual'] }),
    definition('url_key'),
  ];
  const asked: string[] = [];
  const inFrench = {
    name: 'Tasse',
    custom_attributes: [{ attribute_code: 'description', value: 'Tout sur elle.' }],
  };
  const comparer = (deleted: 'disable' | 'delete' = 'disable') =>
    productsComparer({
      clock,
      catalog: catalogSection.parse({
        websites: ['base'],
        basePriceList: 'B',
        baseCurrency: 'EUR',
        deleted,
        attributes: {
          COLOUR: 'colour',
          COLOURS: 'colours',
          LESS: 'weightless',
          LENGTH: 'length',
          VOL: 'volume',
          URL: 'url_key',
          OTHER: 'other',
        },
      }),
      magento: {
        products: {
          many: (skus: string[]) => Promise.resolve(new Map([...shop].filter(([sku]) => skus.includes(sku)))),
          skusOf: (ids: number[]) => {
            asked.push(`children ${ids.join()}`);
            return Promise.resolve(new Map(ids.map((id) => [id, `V-${id}`])));
          },
          inView: (view: string, skus: string[]) => {
            asked.push(`${view} ${skus.join()}`);
            return Promise.resolve(new Map(skus.map((sku) => [sku, inFrench])));
          },
        },
        attributes: { ofSet: () => Promise.resolve(definitions) },
        store: {
          views: () => Promise.resolve([{ id: 3, code: 'fr' }]),
          websites: () =>
            Promise.resolve([
              { id: 1, code: 'base' },
              { id: 2, code: 'us' },
            ]),
        },
        categories: {
          list: () =>
            Promise.resolve([
              { id: 2, parentId: 1, level: 1, name: 'Root' },
              { id: 7, parentId: 2, level: 2, name: 'Mugs' },
              { id: 8, parentId: 2, level: 2, name: 'Gifts' },
            ]),
        },
      } as never,
    });

  it('are there, of their type, with what both sides call by one name', async () => {
    expect(
      await said(comparer(), [
        product('same'),
        product('named'),
        product('unpriced'),
        product('other'),
        product('off', { enabled: false }),
        product('none'),
      ]),
    ).toEqual([
      [],
      ['name: Mug/Cup', 'visibility: 4/1', 'status: 1/2', 'weight: 1.5000/2.0000'],
      [],
      ['type: simple/virtual'],
      ['status: 2/1'],
      ['exists: yes/null'],
    ]);
  });

  it('with a long list of options are not spoken of: their labels are not kept, and the shop has numbers', async () => {
    const labels = Array.from({ length: 12 }, (_one, index) => `Colour ${index}`);
    const options = labels.map((label, index) => ({ label, value: String(index) }));
    definitions.push(
      definition('colours', { input: 'multiselect', backend: 'text', options, takesOptions: true }),
    );
    const value = options.map((option) => option.value).join();
    shop.set('colourful', there({ custom_attributes: [{ attribute_code: 'colours', value }] }));
    const attributes = { COLOURS: labels.join(), LENGTH: null };
    expect(await said(comparer(), [product('colourful', { attributes })])).toEqual([[]]);
  });

  it('have the attributes, websites and categories that the applier would give them', async () => {
    const long = 'All about it. '.repeat(20);
    const values = { colour: '11', weightless: '1', length: '1.500000', description: long, url_key: 'mug' };
    const custom_attributes = Object.entries(values).map(([attribute_code, value]) => ({
      attribute_code,
      value,
    }));
    shop.set('dressed', there({ custom_attributes }));
    const attributes = {
      COLOUR: 'red',
      LESS: 'yes',
      LENGTH: '1.5',
      VOL: 'of another type',
      OTHER: 'not in the set',
    };
    const own = { description: long, attributes, websites: ['base'], categories: ['Mugs'] };
    const other = {
      ...own,
      description: `${long}!`,
      attributes: { COLOUR: 'Blue', LESS: 'no', LENGTH: '2', URL: 'cup' },
      websites: ['base', 'us'],
      categories: ['Mugs', 'Gifts', 'Not there'],
    };
    expect(
      await said(comparer(), [
        product('dressed', own),
        product('dressed', other),
        product('dressed', { ...own, attributes: { ...attributes, COLOUR: 'no such option' } }),
        product('dressed', { description: long, attributes: { LENGTH: '1.5' } }),
      ]),
    ).toEqual([
      [],
      [
        'attributes.description: 281 characters/280 characters',
        'attributes.colour: Blue/11',
        'attributes.weightless: no/1',
        'attributes.length: 2/1.500000',
        'attributes.url_key: cup/mug',
        'websites: base, us/base',
        'categories.Gifts: yes/null',
      ],
      [],
      ['attributes.colour: null/11', 'attributes.weightless: null/1'],
    ]);
  });

  it('are made of, shown with and look like what the ERP says; what it does not speak of stays', async () => {
    const link = (link_type: string, linked_product_sku: string) => ({ link_type, linked_product_sku });
    const { extension_attributes } = there();
    const image = {
      url: 'https://x/a.png',
      version: '1',
      data: null,
      label: null,
      disabled: false,
      roles: null,
    };
    const file = (digest: string) => ({ file: `/a/b/${digest}-cartage_1.png` });
    shop.set(
      'shirt',
      there({
        type_id: 'configurable',
        extension_attributes: { ...extension_attributes, configurable_product_links: [1, 2] },
        product_links: [link('related', 'cup'), link('related', 'Spoon'), link('upsell', 'POT')],
        media_gallery_entries: [{ file: '/b/y/hand.png' }, file('0'.repeat(32)), file(imageDigest(image))],
      }),
    );
    shop.set(
      'group',
      there({ type_id: 'grouped', product_links: [link('associated', 'A'), link('related', 'MUG')] }),
    );
    const option = (title: string, ...skus: string[]) => ({
      title,
      product_links: skus.map((sku) => ({ sku })),
    });
    shop.set(
      'set',
      there({
        type_id: 'bundle',
        extension_attributes: {
          ...extension_attributes,
          bundle_product_options: [option('Cup', 'a', 'b'), option('Lid', 'c')],
        },
      }),
    );
    const shirt = (changes: object) => product('shirt', { kind: 'configurable', weight: null, ...changes });
    const group = (parts: string[]) =>
      product('group', {
        kind: 'grouped',
        weight: null,
        parts: parts.map((sku) => ({ sku, quantity: '1' })),
      });
    const bundle = (...options: object[]) =>
      product('set', { kind: 'bundle', weight: null, bundle: { hasOwnPrice: false, options } });
    asked.length = 0;
    expect(
      await said(comparer(), [
        shirt({ children: ['v-1', 'V-2'], related: ['CUP', 'SPOON', 'shirt'], images: [image] }),
        shirt({ children: ['V-2', 'V-3'], related: ['CUP', 'PLATE'], upSells: [], images: [] }),
        shirt({}),
        group(['A']),
        group(['B']),
        bundle({ title: 'Cup', parts: [{ sku: 'A' }, { sku: 'B' }] }),
        bundle({ title: 'Cup', parts: [{ sku: 'A' }] }, { title: 'Saucer', parts: [{ sku: 'D' }] }),
      ]),
    ).toEqual([
      ['images: null/00000000'],
      [
        'children: v-3/v-1',
        'related: plate/spoon',
        'upSells: null/pot',
        `images: null/00000000, ${imageDigest(image).slice(0, 8)}`,
      ],
      [],
      [],
      ['parts: b/a'],
      [],
      ['bundle.Cup: null/b', 'bundle.Saucer: d/null'],
    ]);
    expect(asked).toEqual(['children 1,2']);
  });

  it('are translated in the views that the shop has, asked once for each', async () => {
    const translated = (name: string, description: string) => ({
      translations: [
        { view: 'fr', values: { name, description } },
        { view: 'gone', values: { name: 'x' } },
      ],
    });
    asked.length = 0;
    expect(
      await said(comparer(), [
        product('same', translated('Tasse', 'Tout sur elle.')),
        product('left', translated('Bol', 'Rien.')),
      ]),
    ).toEqual([
      [],
      ['translations.fr.name: Bol/Tasse', 'translations.fr.attributes.description: Rien./Tout sur elle.'],
    ]);
    expect(asked).toEqual(['fr same,left']);
  });

  it('are not for sale, or gone, by rule where the ERP has them no longer', async () => {
    const values = ['gone', 'left', 'none'].map((sku) => product(sku, { deleted: true }));
    expect(await said(comparer(), values)).toEqual([[], ['status: 2/1'], []]);
    expect(await said(comparer('delete'), values)).toEqual([['exists: null/yes'], ['exists: null/yes'], []]);
    expect(await said(comparer(), [product('x', { twin: 'X' })])).toEqual([]);
  });
});
