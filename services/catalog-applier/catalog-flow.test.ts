import { describe, expect, it } from '@jest/globals';
import { prices, products } from '../../schemas/topics.ts';
import type { Prices, Product } from '../../schemas/types.ts';
import type { MagentoProduct } from '../magento/products.ts';
import { catalogSection } from '../platform/config/sections/catalog.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Handled } from '../platform/flow/outcome/outcome.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { LeaseLost } from '../platform/fence.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Mode } from '../platform/groups.ts';
import { catalogFlow } from './catalog-flow.ts';
import { Shop } from './testing/shop.ts';

const origin = { occurredAt: null, version: { epoch: 1, number: 1 }, sourceKey: '{}', deleted: false };
const productOf = (sku: string, changes: Partial<Product> = {}): Product => ({
  ...origin,
  sku,
  kind: 'simple',
  name: 'Chair',
  description: null,
  weight: null,
  enabled: true,
  taxClass: null,
  visibility: null,
  attributes: {},
  ...changes,
});
const pricesOf = (sku: string, amount: string, changes: Partial<Prices> = {}): Prices => ({
  ...origin,
  sku,
  prices: [{ list: 'R', currency: 'EUR', amount, minQuantity: '0.0000', from: null, to: null }],
  ...changes,
});

function flowOf(mode: Mode = 'on', attributes: Record<string, string> = {}) {
  const bus = new RecordingBus();
  const shop = new Shop();
  const asked: string[] = [];
  const flow = catalogFlow({
    magento: shop as never,
    catalog: catalogSection.parse({
      websites: ['base'],
      basePriceList: 'R',
      baseCurrency: 'EUR',
      attributes,
    }),
    warehouses: () => ['W1', 'W/2'],
    requestRefresh: (topic, keys, reason) => {
      asked.push(...keys.map((key) => `${topic} ${key} ${reason}`));
      return Promise.resolve();
    },
    settleMs: 1_000,
    mode,
    clock: bus.clock,
  });
  const attempt = { number: 1, mode, assertCurrent: () => undefined };
  const product = async (value: Product, attemptOf: object = attempt): Promise<Handled | Error> => {
    const record = bus.broker.append(products, value.sku, value) as unknown as Received<Product | Prices>;
    return (await flow.apply([record], attemptOf as typeof attempt)).get(record)!;
  };
  const price = async (...values: Prices[]): Promise<(Handled | Error)[]> => {
    const records = values.map((value) => bus.broker.append(prices, value.sku, value)) as unknown as Received<
      Product | Prices
    >[];
    const results = await flow.apply(records, attempt);
    return records.map((record) => results.get(record)!);
  };
  const takeAsked = () => asked.splice(0).toSorted();
  return { bus, shop, flow, product, price, takeAsked };
}

describe('a new product', () => {
  it('is created disabled at price zero, priced, and only then enabled', async () => {
    const { shop, product, price, takeAsked } = flowOf();
    expect(await product(productOf('A'))).toMatchObject({ status: 'applied', targetId: '1' });
    expect(shop.kept.get('a')).toMatchObject({ status: 2, price: '0', websiteIds: [1], typeId: 'simple' });
    const afterCreation = ['erp.prices A created', 'erp.stock W%2F2/A created', 'erp.stock W1/A created'];
    expect(takeAsked()).toEqual(afterCreation);

    // The process may have died before asking: asked again while there is no price, and not enabled.
    expect(await product(productOf('A'))).toMatchObject({ status: 'unchanged' });
    expect([shop.kept.get('a')!.status, takeAsked()]).toEqual([2, afterCreation]);

    expect(await price(pricesOf('A', '9.5'))).toMatchObject([{ status: 'applied' }]);
    expect([shop.kept.get('a')!.status, takeAsked()]).toEqual([2, ['erp.products A priced']]);
    expect(await product(productOf('A'))).toMatchObject({ status: 'applied', cause: 'wrote status' });
    expect([shop.kept.get('a')!.status, takeAsked()]).toEqual([1, []]);
    expect(await product(productOf('A'))).toMatchObject({ status: 'unchanged' });
  });

  it('that the ERP has disabled stays so, priced or not', async () => {
    const { shop, product, price } = flowOf();
    await product(productOf('A', { enabled: false }));
    await price(pricesOf('A', '9.5'));
    expect(await product(productOf('A', { enabled: false }))).toMatchObject({ status: 'unchanged' });
    expect(shop.kept.get('a')!.status).toBe(2);
  });

  it('is not created when the lease is lost, nor in a dry run', async () => {
    const { shop, product } = flowOf();
    const lost = () => {
      throw new LeaseLost(`${products.topic}[0]`);
    };
    await expect(product(productOf('A'), { number: 1, mode: 'on', assertCurrent: lost })).rejects.toThrow(
      LeaseLost,
    );
    const dry = flowOf('dry');
    expect(await dry.product(productOf('A'))).toMatchObject({ status: 'dry' });
    expect([shop.writes, dry.shop.writes, dry.takeAsked()]).toEqual([[], [], []]);
  });
});

describe('a known product', () => {
  it('gets only what differs, under the spelling the shop has', async () => {
    const { shop, product } = flowOf();
    await product(productOf('abc'));
    shop.writes.length = 0;
    await product(productOf('ABC', { name: 'Stool', description: 'New' }));
    expect(shop.writes).toEqual(['update abc name description']);
  });

  it('is disabled when it is gone from the ERP, once', async () => {
    const { shop, product, price } = flowOf();
    await product(productOf('A'));
    await price(pricesOf('A', '9'));
    await product(productOf('A'));
    expect(await product(productOf('A', { deleted: true, name: '' }))).toMatchObject({ status: 'applied' });
    expect(await product(productOf('A', { deleted: true, name: '' }))).toMatchObject({ status: 'unchanged' });
    expect(shop.kept.get('a')!.status).toBe(2);
    expect(await product(productOf('NEVER', { deleted: true }))).toMatchObject({ status: 'unchanged' });
  });

  it('is rejected when Magento ignores an attribute', async () => {
    const { product } = flowOf('on', { colour: 'color' });
    await expect(product(productOf('A', { attributes: { colour: 'red' } }))).rejects.toThrow(/without color/);
  });
});

describe('prices', () => {
  it('are compared first; only those that differ are written', async () => {
    const { shop, product, price } = flowOf();
    for (const sku of ['A', 'B']) await product(productOf(sku));
    await price(pricesOf('A', '9.5000'), pricesOf('B', '3'));
    shop.writes.length = 0;
    expect(await price(pricesOf('A', '9.50'), pricesOf('B', '4'))).toMatchObject([
      { status: 'unchanged' },
      { status: 'applied' },
    ]);
    expect(shop.writes).toEqual(['prices B=4']);
  });

  it('are compared with the global ones, whatever single store views have', async () => {
    const { shop, product, price } = flowOf();
    await product(productOf('A'));
    shop.viewPrices = [{ sku: 'A', storeId: 1, price: '9.5' }];
    expect(await price(pricesOf('A', '9.5'))).toMatchObject([{ status: 'applied' }]);
    expect(shop.kept.get('a')!.price).toBe('9.5');
  });

  it('of unknown products are held, refused rows rejected, the others written', async () => {
    const { shop, product, price, takeAsked } = flowOf();
    for (const sku of ['A', 'B']) await product(productOf(sku));
    takeAsked();
    shop.refusedPrices.set('B', 'too low');
    const [good, refused, unknown, none] = await price(
      pricesOf('A', '9'),
      pricesOf('B', '1'),
      pricesOf('X', '2'),
      pricesOf('A2', '2', { prices: [] }),
    );
    expect(good).toMatchObject({ status: 'applied' });
    expect(refused).toBeInstanceOf(Rejected);
    expect(refused).toMatchObject({ fault: { code: 'price.refused', why: 'too low' } });
    expect(unknown).toBeInstanceOf(Held);
    expect(none).toMatchObject({ status: 'unchanged' });
    expect(takeAsked()).toEqual(['erp.products A priced']);
  });

  it('of a request whose refusal names no row are rejected together, to be split', async () => {
    const { shop, product, price } = flowOf();
    for (const sku of ['A', 'B']) await product(productOf(sku));
    shop.unmatched = ['something is wrong'];
    await expect(price(pricesOf('A', '9'), pricesOf('B', '1'))).rejects.toThrow(Rejected);
  });

  it('are not written in a dry run', async () => {
    const { shop, price, takeAsked } = flowOf('dry');
    shop.kept.set('a', { sku: 'A', price: '1', status: 2 } as MagentoProduct);
    expect(await price(pricesOf('A', '9'))).toMatchObject([
      { status: 'dry', cause: 'would set the base price of A to 9' },
    ]);
    expect([shop.writes, takeAsked()]).toEqual([[], []]);
  });
});
