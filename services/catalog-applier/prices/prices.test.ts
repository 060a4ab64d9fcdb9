import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Price, Prices } from '../../../schemas/types.ts';
import type { MagentoProduct } from '../../magento/products.ts';
import { catalogSection } from '../../platform/config/sections/catalog.ts';
import type { Received } from '../../platform/kafka/types.ts';
import { Shop } from '../testing/shop.ts';
import { PricePlaces } from '../../wanted/prices/price-places.ts';
import { wantedPrices } from '../../wanted/prices/wanted-prices.ts';
import { NewProducts } from '../new-products.ts';
import { writePrices } from './write-prices.ts';

/** Noon in Berlin. */
const now = Date.parse('2026-11-28T11:00:00Z');
const hourMs = 3_600_000;
const at = (time: string) => Date.parse(time);
const price = (changes: Partial<Price> = {}): Price => ({
  list: 'RETAIL',
  currency: 'EUR',
  amount: '10.0000',
  minQuantity: '0.0000',
  from: null,
  to: null,
  website: null,
  group: null,
  ...changes,
});
const recordOf = (sku: string, prices: Partial<Price>[], changes: Partial<Prices> = {}) =>
  ({
    value: {
      sku,
      occurredAt: null,
      version: { epoch: 1, number: 1 },
      sourceKey: '{}',
      deleted: false,
      twin: null,
      prices: prices.map(price),
      ...changes,
    },
  }) as Received<Prices>;

function catalogOf(priceLists: object = {}) {
  return catalogSection.parse({
    websites: ['base'],
    basePriceList: 'RETAIL',
    baseCurrency: 'EUR',
    priceLists,
  });
}

function lineOf(priceLists: object = {}) {
  const shop = new Shop();
  for (const [sku, type_id] of [
    ['A', 'simple'],
    ['B', 'simple'],
    ['C', 'configurable'],
  ])
    shop.kept.set(sku!.toLowerCase(), { sku, type_id, price: '10', status: 1 } as MagentoProduct);
  const clock = { now: () => now };
  const places = new PricePlaces(shop as never, clock);
  const requestRefresh = () => turn();
  const options = { magento: shop as never, catalog: catalogOf(priceLists), requestRefresh, clock };
  const write = async (...records: Received<Prices>[]) => {
    const attempt = { number: 1, mode: 'on' as const, assertCurrent: () => undefined };
    const newProducts = new NewProducts(clock, () => false);
    const results = await writePrices(records, attempt, options, { places, newProducts });
    return records.map((record) => results.get(record));
  };
  return {
    shop,
    write,
    places,
    wanted: (record: Received<Prices>) => wantedPrices(record.value!, options.catalog, places, now),
  };
}

describe('the base price', () => {
  it.each([
    ['of the list', [{ list: 'DEALER', amount: '5' }, { amount: '9' }], '9'],
    ['not one for several pieces', [{ amount: '9' }, { amount: '7', minQuantity: '10.0000' }], '9'],
    [
      'the one that began last',
      [{ amount: '9' }, { amount: '8', from: now - 100 }, { amount: '7', from: now - 500 }],
      '8',
    ],
    ['not yet', [{ amount: '9' }, { amount: '8', from: now + 1 }], '9'],
    ['from that moment', [{ amount: '9' }, { amount: '8', from: now }], '8'],
    ['no longer', [{ amount: '9' }, { amount: '8', from: now - 500, to: now }], '9'],
    ['for one piece on', [{ amount: '9', minQuantity: '1.0000' }], '9'],
    ['none', [{ list: 'DEALER' }], undefined],
  ])('is %s', async (_name, prices, amount) => {
    const { wanted, shop } = lineOf();
    expect((await wanted(recordOf('A', prices))).get('base')!.map((row) => row.price)).toEqual(
      amount === undefined ? [] : [amount],
    );
    expect(shop.reads).toEqual([]);
  });

  it('is held in another currency, and when it is not above zero', async () => {
    const { write } = lineOf();
    const codes = await write(
      recordOf('A', [{ currency: 'USD' }]),
      recordOf('B', [{ amount: '0.0000' }]),
      recordOf('B', [{ amount: '-1.0000' }]),
    );
    expect(codes).toMatchObject(
      ['price.currency', 'price.not_above_zero', 'price.not_above_zero'].map((code) => ({ fault: { code } })),
    );
  });

  it('of a website is that of each of its store views, in its currency, where the shop keeps prices so', async () => {
    const { write, shop } = lineOf({
      US: { kind: 'base', website: 'b2b' },
      HOME: { kind: 'base', website: 'base' },
    });
    const record = recordOf('A', [
      {},
      { list: 'US', currency: 'USD', amount: '12' },
      { list: 'HOME', amount: '11' },
    ]);
    expect(await write(record)).toMatchObject([{ fault: { code: 'price.scope_global' } }]);
    shop.isByWebsite = true;
    const other = lineOf({ US: { kind: 'base', website: 'b2b' }, HOME: { kind: 'base', website: 'base' } });
    other.shop.isByWebsite = true;
    expect(await other.write(record)).toMatchObject([{ status: 'applied' }]);
    expect(other.shop.writes).toEqual(['prices A#3=12 A#1=11 A#2=11']);
    expect(await other.write(record)).toMatchObject([{ status: 'unchanged' }]);
    expect(await other.write(recordOf('A', [{ list: 'US' }]))).toMatchObject([
      { fault: { code: 'price.currency' } },
    ]);
  });

  it('of a website that the shop lacks is held', async () => {
    const { write } = lineOf({ X: { kind: 'base', website: 'shopp' } });
    expect(await write(recordOf('A', [{ list: 'X' }]))).toMatchObject([
      { fault: { code: 'price.website_unknown', fix: expect.stringContaining('base, b2b') } },
    ]);
  });

  it('is not that of a configurable product', async () => {
    const { write, shop } = lineOf();
    expect(await write(recordOf('C', [{}]))).toMatchObject([
      { status: 'unchanged', cause: 'a configurable product has no price of its own' },
    ]);
    expect(shop.writes).toEqual([]);
  });
});

describe('a special price', () => {
  const lists = { SALE: { kind: 'special' } };
  const sale = (changes: Partial<Price>) => recordOf('A', [{}, { list: 'SALE', amount: '8', ...changes }]);

  it('has the days of the shop, the last of them whole', async () => {
    const { write, shop } = lineOf(lists);
    const days = { from: at('2026-11-27T23:00:00Z'), to: at('2026-11-30T23:00:00Z') };
    expect(await write(sale(days))).toMatchObject([
      { status: 'applied', cause: 'special price 8 from 2026-11-28 to 2026-11-30' },
    ]);
    expect(shop.writes).toEqual(['special A=8[2026-11-28..2026-11-30]']);
    expect(await write(sale(days))).toMatchObject([{ status: 'unchanged' }]);
  });

  it('that is to come is written ahead when it begins with a day, else when it begins', async () => {
    const { wanted } = lineOf(lists);
    const of = async (from: number) => (await wanted(sale({ from }))).get('special')!.map((row) => row.from);
    expect(await of(at('2026-12-23T23:00:00Z'))).toEqual(['2026-12-24']);
    expect(await of(now + hourMs)).toEqual([]);
    expect(await of(now - hourMs)).toEqual(['2026-11-28']);
  });

  it('that holds now comes before one that is to come, and of those the next', async () => {
    const { wanted } = lineOf(lists);
    const coming = ['2026-12-23T23:00:00Z', '2026-12-05T23:00:00Z'].map((from, index) => ({
      list: 'SALE',
      amount: String(index + 6),
      from: at(from),
    }));
    const amounts = async (...prices: Partial<Price>[]) =>
      (await wanted(recordOf('A', prices))).get('special')!.map((row) => row.price);
    expect(await amounts(...coming)).toEqual(['7']);
    expect(await amounts(...coming, { list: 'SALE', amount: '9' })).toEqual(['9']);
  });

  it('ends when it has expired, left the list, or the ERP has no prices of the SKU any more; the base price stays', async () => {
    for (const ended of [sale({ to: now }), recordOf('A', [{}]), recordOf('A', [], { deleted: true })]) {
      const { write, shop } = lineOf(lists);
      await write(sale({ to: at('2026-11-30T23:00:00Z') }));
      shop.writes.length = 0;
      expect(await write(ended)).toMatchObject([
        { status: 'applied', cause: 'no special price 8 to 2026-11-30 any more' },
      ]);
      expect(shop.writes).toEqual(['no special A=8[..2026-11-30]']);
      expect(await write(ended)).toMatchObject([{ status: 'unchanged' }]);
    }
  });

  it('loses a day that it no longer has', async () => {
    const { write, shop } = lineOf(lists);
    await write(sale({ to: at('2026-11-30T23:00:00Z') }));
    await write(sale({}));
    expect(shop.otherPrices).toMatchObject([{ kind: 'special', price: '8', from: null, to: null }]);
    expect(shop.writes).toEqual(['special A=8[..2026-11-30]', 'no special A=8[..2026-11-30]', 'special A=8']);
  });

  it('made by hand is not touched where no list speaks of special prices', async () => {
    const { write, shop } = lineOf();
    const [special] = [
      { ...(await lineOf(lists).wanted(sale({}))).get('special')![0]!, kind: 'special' as const },
    ];
    shop.otherPrices = [special];
    expect(await write(recordOf('A', [{}]))).toMatchObject([{ status: 'unchanged' }]);
    expect([shop.otherPrices, shop.reads]).toEqual([[special], ['base']]);
  });
});

describe('tier prices', () => {
  it('are the higher quantities of the base list, and the groups of others', async () => {
    const { write, shop } = lineOf({
      RETAIL: { kind: 'tier' },
      DEALER: { kind: 'tier', group: 'Wholesale' },
    });
    const record = recordOf('A', [
      {},
      { amount: '9', minQuantity: '10' },
      { list: 'DEALER', amount: '7' },
      { list: 'DEALER', amount: '6', minQuantity: '10' },
    ]);
    expect(await write(record)).toMatchObject([{ status: 'applied' }]);
    expect(shop.writes).toEqual(['tier A@10=9 A@1Wholesale=7 A@10Wholesale=6']);
    expect(await write(record)).toMatchObject([{ status: 'unchanged' }]);
    shop.writes.length = 0;
    await write(recordOf('A', [{}, { list: 'DEALER', amount: '5' }]));
    expect(shop.writes).toEqual(['no tier A@10=9 A@10Wholesale=6', 'tier A@1Wholesale=5']);
  });

  it('say their group themselves where the list leaves it to them; those of groups of no list stay', async () => {
    const { write, shop } = lineOf({ GROUPS: { kind: 'tier', group: '*' } });
    await write(recordOf('A', [{ list: 'GROUPS', group: 'Wholesale', amount: '7' }]));
    expect(shop.writes).toEqual(['tier A@1Wholesale=7']);
    const own = lineOf({ DEALER: { kind: 'tier', group: 'Retailer' } });
    own.shop.otherPrices = shop.otherPrices;
    expect(await own.write(recordOf('A', []))).toMatchObject([{ status: 'unchanged' }]);
    await write(recordOf('A', []));
    expect(shop.otherPrices).toEqual([]);
  });
});

it('a cost is written, may be nothing, and goes when the ERP has none', async () => {
  const { write, shop } = lineOf({ COST: { kind: 'cost' } });
  await write(recordOf('A', [{ list: 'COST', amount: '0' }]));
  await write(recordOf('A', [{}]));
  expect(shop.writes).toEqual(['cost A=0', 'no cost A=0']);
});

it('one SKU that is refused stops no other, whichever price it is', async () => {
  const { write, shop } = lineOf({ SALE: { kind: 'special' } });
  shop.refusedPrices.set('A', 'too low');
  const of = (sku: string) => recordOf(sku, [{ amount: '9' }, { list: 'SALE', amount: '8' }]);
  expect(await write(of('A'), of('B'))).toMatchObject([
    { fault: { code: 'price.refused' } },
    { status: 'applied' },
  ]);
  expect(shop.writes).toEqual(['prices A=9 B=9', 'special A=8 B=8']);
});

it('the shop is asked for its websites once, and again after a failure', async () => {
  const { places, shop } = lineOf();
  shop.isByWebsite = true;
  let asked = 0;
  const { shop: well } = lineOf();
  shop.store.configs = () => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Error('away')) : well.store.configs();
  };
  await expect(places.of('b2b', catalogOf())).rejects.toThrow('away');
  expect(await places.of('b2b', catalogOf())).toEqual({ websiteId: 2, viewIds: [3], currency: 'USD' });
  await places.of('base', catalogOf());
  expect(asked).toBe(2);
});
