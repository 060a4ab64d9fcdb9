import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { prices, products } from '../../schemas/topics.ts';
import type { Prices, Product } from '../../schemas/types.ts';
import type { MagentoProduct } from '../magento/products.ts';
import { catalogSection } from '../platform/config/sections/catalog.ts';
import { Held, Rejected, Unavailable } from '../platform/errors.ts';
import type { Handled } from '../platform/flow/outcome/outcome.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { LeaseLost } from '../platform/fence.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Mode } from '../platform/groups.ts';
import { catalogFlow } from './catalog-flow.ts';
import { attributeOf } from './testing/attribute.ts';
import { productOf } from './testing/product.ts';
import { Shop } from './testing/shop.ts';

const origin = {
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
  deleted: false,
  twin: null,
};
const pricesOf = (sku: string, amount: string, changes: Partial<Prices> = {}): Prices => ({
  ...origin,
  sku,
  prices: [
    {
      list: 'R',
      currency: 'EUR',
      amount,
      minQuantity: '0.0000',
      from: null,
      to: null,
      website: null,
      group: null,
    },
  ],
  ...changes,
});

function flowOf(mode: Mode = 'on', mapped: object = {}) {
  const bus = new RecordingBus();
  const shop = new Shop();
  const asked: string[] = [];
  const flow = catalogFlow({
    magento: shop as never,
    catalog: catalogSection.parse({
      websites: ['base'],
      basePriceList: 'R',
      baseCurrency: 'EUR',
      ...mapped,
    }),
    warehouses: () => ['W1', 'W/2'],
    defaultRows: { remove: async (skus) => shop.writes.push(`free ${skus.join()}`) > 0 },
    requestRefresh: async (topic, keys, reason, inMs) => {
      await turn();
      const when = inMs === undefined ? '' : ` in ${inMs / 1000} s`;
      asked.push(...keys.map((key) => `${topic} ${key} ${reason}${when}`));
    },
    settleMs: 1_000,
    mode,
    clock: bus.clock,
  });
  // Nothing is waited for: see "whose price is still to come".
  const attempt = { number: 1, mode, pressing: true, assertCurrent: () => undefined };
  const product = async (value: Product, attemptOf: object = attempt): Promise<Handled> => {
    const record = bus.broker.append(products, value.sku, value) as unknown as Received<Product | Prices>;
    const result = (await flow.apply([record], attemptOf as typeof attempt)).get(record)!;
    if (result instanceof Error) throw result;
    return result;
  };
  const price = (...values: Prices[]) => priceIn(attempt, ...values);
  const priceIn = async (attemptOf: object, ...values: Prices[]): Promise<(Handled | Error)[]> => {
    const records = values.map((value) => bus.broker.append(prices, value.sku, value)) as unknown as Received<
      Product | Prices
    >[];
    const results = await flow.apply(records, attemptOf as typeof attempt);
    return records.map((record) => results.get(record)!);
  };
  const takeAsked = () => asked.splice(0).toSorted();
  return { bus, shop, flow, product, price, priceIn, takeAsked };
}

describe('a new product', () => {
  it('is created disabled at price zero, priced, and only then enabled', async () => {
    const { shop, product, price, takeAsked } = flowOf();
    expect(await product(productOf('A'))).toMatchObject({ status: 'applied', targetId: '1' });
    expect(shop.kept.get('a')).toMatchObject({ status: 2, price: '0', websiteIds: [1], type_id: 'simple' });
    // Stock once more when the clean-up of a product that was deleted before has taken its rows.
    const afterCreation = [
      'erp.prices A created',
      'erp.stock W%2F2/A created',
      'erp.stock W%2F2/A created in 120 s',
      'erp.stock W1/A created',
      'erp.stock W1/A created in 120 s',
    ];
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

  it('of others has its stock asked for as well, and no price: what came before it is held', async () => {
    const { product, takeAsked } = flowOf();
    await product(productOf('A', { kind: 'grouped', parts: [] }));
    expect(new Set(takeAsked().map((line) => line.split(' ')[0]))).toEqual(new Set(['erp.stock']));
  });

  it.each(['configurable', 'grouped', 'bundle'])(
    'of others, a %s, may be sold when they can',
    async (kind) => {
      const { shop, product } = flowOf();
      await product(productOf('A', { kind }));
      expect(shop.kept.get('a')).toMatchObject({ mayBeSold: true });
      await product(productOf('B'));
      expect(shop.kept.get('b')).not.toHaveProperty('mayBeSold');
    },
  );

  it('of a bundle that ships together has all its parts freed of empty rows before each write', async () => {
    const { shop, product } = flowOf();
    for (const sku of ['P', 'Q']) await product(productOf(sku));
    const part = {
      quantity: '1.0000',
      isDefault: true,
      quantityMayChange: false,
      surcharge: null,
      isPercent: false,
    };
    const parts = ['P', 'Q'].map((sku) => ({ ...part, sku }));
    const options = ['One', 'Two'].map((title) => ({ title, input: 'select', required: true, parts }));
    const kit = (sku: string, shipsSeparately: boolean) =>
      productOf(sku, { kind: 'bundle', bundle: { hasOwnPrice: false, shipsSeparately, options } });
    shop.writes.length = 0;
    await product(kit('KIT', false));
    Object.assign(shop.kept.get('kit')!, { extension_attributes: { bundle_product_options: [] } });
    // This shop keeps no attributes of bundles.
    await expect(product({ ...kit('KIT', false), name: 'Other' })).rejects.toMatchObject({
      fault: { code: 'product.kept_otherwise' },
    });
    await product(kit('APART', true));
    const acts = shop.writes.map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(acts).toEqual(['free P,Q', 'create KIT', 'free P,Q', 'update KIT', 'create APART']);
  });

  it('that the ERP has disabled stays so, priced or not', async () => {
    const { shop, product, price } = flowOf();
    await product(productOf('A', { enabled: false }));
    await price(pricesOf('A', '9.5'));
    expect(await product(productOf('A', { enabled: false }))).toMatchObject({ status: 'unchanged' });
    expect(shop.kept.get('a')!.status).toBe(2);
  });

  it('is not created in a dry run', async () => {
    const { shop, product, takeAsked } = flowOf('dry');
    expect(await product(productOf('A'))).toMatchObject({
      status: 'dry',
      cause: 'would create A, disabled until it has a price',
    });
    expect([shop.writes, takeAsked()]).toEqual([[], []]);
  });

  it('has its weight where the ERP gives one', async () => {
    const { shop, product } = flowOf();
    await product(productOf('A', { weight: '2.5000' }));
    await product(productOf('B'));
    expect(shop.writes).toEqual([
      'create A typeId,name,visibility,status,weight,attributeSetId,price,websiteIds url_key',
      'create B typeId,name,visibility,status,attributeSetId,price,websiteIds url_key',
    ]);
  });

  it('waits for a website that the shop does not have', async () => {
    const { shop, product } = flowOf('on', { websites: ['base', 'b2c'] });
    await expect(product(productOf('A'))).rejects.toMatchObject({
      name: 'Held',
      fault: {
        code: 'product.website_unknown',
        fix: expect.stringContaining('the shop has: base, b2b'),
        waitsFor: 'configuration/catalog/websites',
      },
    });
    expect(shop.writes).toEqual([]);
  });
});

it('begins no effect when the lease is lost', async () => {
  const { shop, product, price, priceIn } = flowOf();
  await product(productOf('A'));
  await price(pricesOf('A', '9'));
  await product(productOf('A'));
  shop.writes.length = 0;
  const assertCurrent = () => {
    throw new LeaseLost(`${products.topic}[0]`);
  };
  const lost = { number: 1, mode: 'on', pressing: true, assertCurrent };
  for (const effect of [
    () => product(productOf('NEW'), lost),
    () => product(productOf('A', { name: 'Stool' }), lost),
    () => product(productOf('A', { deleted: true }), lost),
    () => priceIn(lost, pricesOf('A', '10')),
  ])
    await expect(effect()).rejects.toThrow(LeaseLost);
  expect(shop.writes).toEqual([]);
});

describe('a new product whose price is still to come', () => {
  const patient = { number: 1, mode: 'on', assertCurrent: () => undefined };
  const notYet = { name: 'Unavailable', notYet: true, fault: { code: 'product.not_whole' } };

  it('is made whole, by one call, when that has come; and its price is not parked meanwhile', async () => {
    const { shop, product, priceIn, takeAsked } = flowOf();
    await expect(product(productOf('A'), patient)).rejects.toMatchObject(notYet);
    expect(await priceIn(patient, pricesOf('a', '9.5'))).toMatchObject([notYet]);
    expect(shop.writes).toEqual([]);
    expect(await product(productOf('A'), patient)).toMatchObject({ status: 'applied', cause: 'created' });
    expect(shop.kept.get('a')).toMatchObject({ status: 1, price: '9.5' });
    // The price comes by itself: it has only been put off.
    expect(new Set(takeAsked().map((line) => line.split(' ')[0]))).toEqual(new Set(['erp.stock']));
    expect(await priceIn(patient, pricesOf('A', '9.5'))).toMatchObject([{ status: 'unchanged' }]);
    expect(await product(productOf('A'), patient)).toMatchObject({ status: 'unchanged' });
    expect(shop.writes).toHaveLength(1);
  });

  it('has it where that came first, for a while', async () => {
    const { bus, shop, product, priceIn } = flowOf();
    for (const sku of ['A', 'B'])
      expect(await priceIn(patient, pricesOf(sku, '9.5'))).toMatchObject([{ name: 'Held' }]);
    const arrived: unknown[] = [];
    const telling = { ...patient, arrived: (...given: unknown[]) => void arrived.push(given) };
    for (const _once of [1, 2]) await product(productOf('A'), telling);
    // Its price is parked, and need not wait until somebody looks at what is held; nor need a parent.
    expect(arrived).toEqual([[['product', 'variant'], 'A']]);
    expect(shop.kept.get('a')).toMatchObject({ status: 1, price: '9.5' });
    await bus.clock.run(bus.clock.now() + 600_000);
    await expect(product(productOf('B'), patient)).rejects.toMatchObject(notYet);
  });

  it('waits on while others that wait have theirs, not for prices of what never comes, and longer where the shop bears one call at a time', async () => {
    const { bus, shop, product, priceIn } = flowOf();
    const after = (ms: number) => bus.clock.run(bus.clock.now() + ms);
    for (const sku of ['A', 'B', 'C'])
      await expect(product(productOf(sku), patient)).rejects.toMatchObject(notYet);
    await after(9_000);
    expect(await priceIn(patient, pricesOf('A', '9.5'))).toMatchObject([notYet]);
    await after(9_000);
    await expect(product(productOf('B'), patient)).rejects.toMatchObject(notYet);
    shop.callsAtOnce = () => 1;
    await after(50_000);
    await expect(product(productOf('B'), patient)).rejects.toMatchObject(notYet);
    expect(await priceIn(patient, pricesOf('never', '9.5'))).toMatchObject([{ name: 'Held' }]);
    await after(1_000);
    expect(await product(productOf('B'), patient)).toMatchObject({ status: 'applied' });
    expect(shop.kept.get('b')!.status).toBe(2);
  });

  it('is made without it when it has waited long enough, or others wait for it, and is not asked for meanwhile', async () => {
    const { bus, shop, product } = flowOf();
    for (const sku of ['A', 'B'])
      await expect(product(productOf(sku), patient)).rejects.toMatchObject(notYet);
    const reads = shop.productReads;
    await expect(product(productOf('A'), patient)).rejects.toMatchObject(notYet);
    expect(shop.productReads).toBe(reads);
    expect(await product(productOf('B'), { ...patient, pressing: true })).toMatchObject({
      cause: 'created, disabled until it has a price',
    });
    await bus.clock.run(bus.clock.now() + 10_000);
    await product(productOf('A'), patient);
    expect(['a', 'b'].map((sku) => shop.kept.get(sku)!.status)).toEqual([2, 2]);
    // One that is not to be sold needs none.
    await product(productOf('C', { enabled: false }), patient);
    expect(shop.kept.get('c')!.status).toBe(2);
  });
});

describe('images of a new product', () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const imageOf = (bytes: string, more: number) => ({
    url: null,
    version: null,
    data: Buffer.concat([Buffer.from(pixel, 'base64'), Buffer.alloc(more, bytes)]).toString('base64'),
    label: null,
    roles: null,
    disabled: false,
  });
  const images = [imageOf('a', 0), imageOf('b', 1_000_000), imageOf('c', 1_000_000), imageOf('d', 1)];
  const told = ({ images: all }: { images: string[] }) => all.map((one) => one.split(':')[0]);

  it('come with it, in one call, as far as that carries them', async () => {
    const { shop, product } = flowOf();
    await product(productOf('A', { images }));
    expect(told(shop)).toEqual(['with A', 'with A', 'to A', 'to A']);
    expect(new Set(shop.images.map((one) => one.split(': ')[1])).size).toBe(4);
  });

  it('hold it not back when the shop refuses them', async () => {
    const { shop, product } = flowOf();
    shop.imageFault = new Rejected({ code: 'magento.refused', what: 'No image', fix: 'None' });
    await expect(product(productOf('A', { images }))).rejects.toThrow('magento.refused');
    expect([shop.kept.has('a'), shop.writes.length, shop.images]).toEqual([true, 1, []]);
  });

  it('come by themselves when the call with them got no answer, or one that tells nothing: the product is made first', async () => {
    const { shop, product } = flowOf();
    const fault = { code: 'magento.gateway', what: 'No answer', fix: 'Wait' };
    shop.imageFault = new Unavailable(fault, { perhapsRecord: true });
    await expect(product(productOf('A', { images }))).rejects.toThrow('magento.gateway');
    await expect(product(productOf('A', { images }))).rejects.toThrow('magento.gateway');
    expect([shop.kept.has('a'), shop.images]).toEqual([true, []]);
    shop.imageFault = null;
    await product(productOf('A', { images }));
    expect(told(shop)).toEqual(['to A', 'to A', 'to A', 'to A']);
  });
});

describe('products of one batch', () => {
  it('are read by one question, and each has a result of its own', async () => {
    const { bus, shop, flow, product } = flowOf();
    await product(productOf('A'));
    const reads = shop.productReads;
    const records = [
      productOf('A', { name: 'Stool' }),
      productOf('B', { name: '\u{1FA91}' }),
      productOf('C'),
    ].map((value) => bus.broker.append(products, value.sku, value)) as unknown as Received<
      Product | Prices
    >[];
    const attempt = { number: 1, mode: 'on' as const, pressing: true, assertCurrent: () => undefined };
    const results = await flow.apply(records, attempt);
    expect(records.map((record) => results.get(record))).toMatchObject([
      { status: 'applied', cause: 'wrote name' },
      { fault: { code: 'product.emoji' } },
      { status: 'applied' },
    ]);
    expect(shop.productReads - reads).toBe(1);
  });

  it('do not all knock at a shop that is away; those that did not are not suspected', async () => {
    const { bus, shop, flow, product } = flowOf();
    await product(productOf('A0'));
    shop.writes.length = 0;
    shop.failsWrites = true;
    const values = Array.from({ length: 20 }, (_one, number) => productOf(`A${number}`));
    const records = values.map((value) =>
      bus.broker.append(products, value.sku, value),
    ) as unknown as Received<Product | Prices>[];
    const attempt = { number: 1, mode: 'on' as const, pressing: true, assertCurrent: () => undefined };
    const results = await flow.apply(records, attempt);
    const found = records.map((record) => results.get(record));
    // Four at once, and what was begun as the third failed.
    expect(shop.writes.length).toBeLessThan(8);
    expect(found[0]).toMatchObject({ status: 'unchanged' });
    expect(found.at(-1)).toMatchObject({ name: 'Unavailable', outcome: 'none', perhapsRecord: false });
    expect(found.at(-2)).toBe(found.at(-1));
  });
});

describe('the flow', () => {
  it('creates, reads and writes in batches, and one of a SKU at a time', () => {
    const { flow, bus } = flowOf();
    expect(flow).toMatchObject({ name: 'catalog', creates: true, settleMs: 1_000, mode: 'on' });
    expect([products.topic, prices.topic].map((topic) => flow.batchSize(topic))).toEqual([60, 20]);
    const records = [
      bus.broker.append(products, 'CAFÉ', productOf('CAFÉ')),
      bus.broker.append(prices, 'cafe', pricesOf('cafe', '1')),
    ] as unknown as Received<Product | Prices>[];
    expect(records.map((record) => flow.batchGroupOf(record))).toEqual([products.topic, prices.topic]);
    expect(new Set(records.map((record) => flow.lockOf!(record))).size).toBe(1);
  });

  it('probes the shop with a call, and knows which products are there by now', async () => {
    const { shop, flow, product } = flowOf();
    await product(productOf('A'));
    expect(await flow.awaited!.product!(['A', 'X'])).toEqual(new Set(['A']));
    await flow.probe();
    shop.isDown = true;
    await expect(flow.probe()).rejects.toThrow('Down');
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

  it('is deleted when it is gone from the ERP and the configuration says so', async () => {
    const { shop, product } = flowOf('on', { deleted: 'delete' });
    await product(productOf('abc'));
    const gone = productOf('ABC', { deleted: true, name: '' });
    expect(await product(gone)).toMatchObject({ status: 'applied', cause: 'deleted: gone from the ERP' });
    expect(await product(gone)).toMatchObject({ status: 'unchanged' });
    expect(shop.writes.slice(1)).toEqual(['remove abc']);
  });

  it('is rejected when Magento keeps a value otherwise, instead of being written again and again', async () => {
    const { shop, product } = flowOf('on', { attributes: { note: 'note' } });
    shop.attributeList.push(attributeOf('note', 'text', 'varchar'));
    await product(productOf('A'));
    shop.keepsAs.set('<b>', 'b');
    await expect(product(productOf('A', { attributes: { note: '<b>' } }))).rejects.toMatchObject({
      fault: { code: 'product.kept_otherwise', what: expect.stringContaining('keeps note otherwise') },
    });
  });

  it('is not written in a dry run', async () => {
    const { shop, product } = flowOf('dry');
    const kept = {
      id: 3,
      sku: 'A',
      name: 'Stool',
      price: '1',
      status: 1,
      visibility: 4,
      weight: null,
      attribute_set_id: 4,
      type_id: 'simple',
    };
    shop.kept.set('a', { ...kept, custom_attributes: [] } as unknown as MagentoProduct);
    expect(await product(productOf('A', { description: 'New' }))).toEqual({
      status: 'dry',
      targetId: '3',
      cause: 'would write name "Stool" to "Chair", description nothing to "New"',
    });
    expect(await product(productOf('A', { deleted: true }))).toEqual({
      status: 'dry',
      cause: 'would disable A',
    });
    expect(shop.writes).toEqual([]);
  });
});

describe('attributes', () => {
  const mapped = {
    attributes: { colour: 'color', tags: 'tags', launch: 'launch', hint: 'hint' },
    taxClasses: { F: 'Full' },
  };
  function withAttributes(mode: Mode = 'on', more: object = {}) {
    const all = flowOf(mode, { ...mapped, ...more });
    all.shop.attributeList.push(
      attributeOf('color', 'select', 'int', ['Black', 'Red']),
      attributeOf('tags', 'multiselect', 'text', ['New', 'Sale, final', 'Eco']),
      attributeOf('launch', 'date', 'datetime'),
    );
    return all;
  }
  const values = (shop: Shop) =>
    Object.fromEntries(shop.kept.get('a')!.custom_attributes.map((one) => [one.attribute_code, one.value]));

  it('are named by their labels, and compared in the form that Magento keeps', async () => {
    const { shop, product } = withAttributes();
    const wanted = productOf('A', {
      taxClass: 'F',
      attributes: { colour: 'red', tags: 'eco\nSale, final', launch: '2026-01-31T10:00:00+02:00' },
    });
    await product(wanted);
    expect(values(shop)).toMatchObject({
      tax_class_id: '1',
      color: '1',
      tags: '2,1',
      launch: '2026-01-31 00:00:00',
    });
    shop.kept.get('a')!.custom_attributes.find((one) => one.attribute_code === 'tags')!.value = '1,2';
    expect(await product(wanted)).toMatchObject({ status: 'unchanged' });
    expect(shop.definitionsRead).toBe(1);
  });

  it('that the set does not have hold only products with a value for them', async () => {
    const { bus, shop, flow, product } = withAttributes();
    expect(await product(productOf('A'))).toMatchObject({ status: 'applied' });
    await expect(product(productOf('B', { attributes: { hint: 'x' } }))).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'product.attribute_unknown', waitsFor: 'attribute/4/hint' },
    });
    expect(await flow.awaited!.attribute!(['4/hint', '4/color'])).toEqual(new Set(['4/color']));
    shop.attributeList.push(attributeOf('hint', 'text', 'varchar'));
    await bus.clock.run(bus.clock.now() + 6_000);
    expect(await flow.awaited!.attribute!(['4/hint'])).toEqual(new Set(['4/hint']));
    expect(await product(productOf('B', { attributes: { hint: 'x' } }))).toMatchObject({ status: 'applied' });
  });

  it('without the option hold the product until it is there', async () => {
    const { flow, product } = withAttributes();
    await expect(product(productOf('A', { attributes: { colour: 'Blue/Red' } }))).rejects.toMatchObject({
      name: 'Held',
      fault: {
        code: 'product.option_unknown',
        why: 'it has Black, Red',
        waitsFor: 'option/4/color/Blue/Red',
      },
    });
    expect(await flow.awaited!.option!(['4/color/Blue/Red', '4/color/black'])).toEqual(
      new Set(['4/color/black']),
    );
    await expect(product(productOf('A', { taxClass: 'F', attributeSet: 'Machines' }))).rejects.toMatchObject({
      fault: { code: 'product.attribute_set_unknown', waitsFor: 'set/Machines' },
    });
    expect(await flow.awaited!.set!(['Machines', 'Default'])).toEqual(new Set(['Default']));
  });

  it('get their options made where that is configured, each once, whoever asks', async () => {
    const { shop, product } = withAttributes('on', { createOptions: true });
    const blue = { attributes: { colour: 'Blue', tags: 'New,Blue' } };
    await Promise.all([product(productOf('A', blue)), product(productOf('B', blue))]);
    expect(shop.writes.filter((write) => write.startsWith('option'))).toEqual([
      'option color Blue',
      'option tags Blue',
    ]);
    // The answer was lost, or another process was first.
    shop.unansweredOptions.add('Green');
    const green = () => product(productOf('A', { attributes: { colour: 'Green', tags: 'New,Blue' } }));
    await expect(green()).rejects.toMatchObject({ name: 'Unavailable' });
    expect(await green()).toMatchObject({ status: 'applied', cause: 'wrote color' });
    expect(shop.attributeList[2]!.options.filter(({ label }) => label === 'Green')).toHaveLength(1);
  });

  it('get no options in a dry run', async () => {
    const { shop, product } = withAttributes('dry', { createOptions: true });
    expect(await product(productOf('A', { attributes: { colour: 'Blue' } }))).toMatchObject({
      status: 'dry',
    });
    expect(shop.writes).toEqual([]);
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
    const plain = { from: null, to: null, group: null, quantity: '1', isPercent: false };
    shop.otherPrices = [{ ...plain, kind: 'base', sku: 'A', scope: 1, price: '9.5' }];
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
    expect(unknown).toMatchObject({ fault: { code: 'price.sku_unknown', waitsFor: 'product/X' } });
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
      { status: 'dry', cause: 'would set of A: base price 9' },
    ]);
    expect([shop.writes, takeAsked()]).toEqual([[], []]);
  });
});

describe('two SKUs that are one product for the shop', () => {
  it('are both held, product and price, and one that is only spelled anew is not disabled', async () => {
    const { shop, product, price } = flowOf();
    await product(productOf('A'));
    expect(
      await product(productOf('A', { name: 'Table', twin: 'a' })).catch((error: unknown) => error),
    ).toMatchObject({
      name: 'Held',
      fault: { code: 'sku.twin', what: expect.stringContaining('the ERP has a as well') },
    });
    const [held] = await price(pricesOf('a', '17.99', { twin: 'A' }));
    expect(held).toMatchObject({ name: 'Held', fault: { code: 'sku.twin' } });
    await price(pricesOf('A', '28.50'));
    await product(productOf('A'));
    expect(await product(productOf('a', { deleted: true, twin: 'A' }))).toMatchObject({
      status: 'unchanged',
    });
    expect(shop.kept.get('a')).toMatchObject({ sku: 'A', price: '28.50', status: 1, name: 'Chair' });
  });
});
