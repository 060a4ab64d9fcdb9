/** Real: the look for oversells, what is told of them, the reader of pages. Doubles: shop, broker, clock. */
import { describe, expect, it } from '@jest/globals';
import { outcomes } from '../../../schemas/topics.ts';
import { PageReader } from '../../magento/page-reader.ts';
import { stockSection } from '../../platform/config/sections/stock.ts';
import { contextOf } from '../../platform/flow/testing/context.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { Incidents } from './incidents.ts';
import { OversellLook } from './look.ts';
import { Oversell } from './oversell.ts';
import { SalableSample } from './salable-sample.ts';

const minuteMs = 60_000;
const stock = stockSection.parse({ sources: { W1: 'main', W2: 'east', W9: 'lost' } });

interface Item {
  sku: string;
  ordered: number;
  shipped?: number;
  more?: object;
}

/** A shop whose website `base` sells from main and east, and `b2b` from west. */
function shopOf() {
  const shop = {
    orders: [] as { id: number; storeId: number; items: Item[] }[],
    rows: new Map<string, { quantity: string; status: 0 | 1 }>(),
    backorders: new Set<string>(),
    said: new Map<string, string>(),
    asked: 0,
    put: (source: string, sku: string, quantity: string, status: 0 | 1 = 1) =>
      shop.rows.set(`${source}/${sku}`, { quantity, status }),
  };
  const itemOf = ({ sku, ordered, shipped = 0, more = {} }: Item, index: number) => ({
    item_id: index + 1,
    parent_item_id: null,
    product_id: index + 1,
    sku,
    is_virtual: false,
    qty_ordered: String(ordered),
    qty_shipped: String(shipped),
    qty_invoiced: '0',
    qty_canceled: '0',
    qty_refunded: '0',
    product_option: { extension_attributes: { custom_options: [] } },
    ...more,
  });
  const magento = {
    store: {
      websitesOfViews: async () => [
        { id: 1, code: 'base' },
        { id: 2, code: 'b2b' },
      ],
    },
    orders: {
      openPage: async ({ afterEntityId, pageSize }: { afterEntityId: number; pageSize: number }) => {
        const left = shop.orders.filter(({ id }) => id > afterEntityId);
        const items = left.slice(0, pageSize).map(({ id, storeId, items: lines }) => ({
          entity_id: id,
          increment_id: `00${id}`,
          store_id: storeId,
          items: lines.map(itemOf),
        }));
        return { items, unreadable: [], totalCount: left.length };
      },
    },
    products: { skusOf: async (ids: number[]) => new Map(ids.map((id) => [id, `PRODUCT-${id}`])) },
    sourceItems: {
      read: async ({ skus }: { skus: string[] }) =>
        [...shop.rows].flatMap(([key, row]) => {
          const [sourceCode, sku] = key.split('/') as [string, string];
          return skus.includes(sku) ? [{ sourceCode, sku, ...row }] : [];
        }),
    },
    sources: {
      list: async () =>
        ['main', 'east', 'west'].map((code) => ({ code, name: null, enabled: code !== 'east' })),
      stocks: async () => [
        { id: 1, name: null, websiteCodes: ['base'] },
        { id: 2, name: null, websiteCodes: ['b2b'] },
      ],
      stockSourceLinks: async () => [
        { stockId: 1, sourceCode: 'main', priority: 1 },
        { stockId: 1, sourceCode: 'east', priority: 2 },
        { stockId: 2, sourceCode: 'west', priority: 1 },
      ],
      salable: async (skus: string[]) => new Set(skus.filter((sku) => shop.backorders.has(sku))),
      salableQuantity: async (sku: string) => {
        shop.asked += 1;
        if (sku === 'DELETED') throw new Error('500');
        return shop.said.get(sku) ?? '0';
      },
    },
  };
  return { shop, magento };
}

function watchOf() {
  const { shop, magento } = shopOf();
  const bus = new RecordingBus();
  const { clock } = bus;
  const metrics = openMetrics('test', 'test');
  const warnings: object[] = [];
  const context = { ...contextOf({ bus, clock }), metrics };
  const pages = new PageReader({ pageSize: 2, clock });
  const oversell = new Oversell({
    magento,
    stock,
    look: new OversellLook({ magento: magento as never, pages, clock }),
    incidents: new Incidents(20 * minuteMs, clock),
    sample: new SalableSample({
      sources: magento.sources,
      random: () => 0.5,
      log: { warn: (fields: object) => warnings.push(fields) } as never,
      metrics,
    }),
    context,
  });
  const look = async () => {
    const running = oversell.run(new AbortController().signal);
    await clock.pass(minuteMs);
    return running;
  };
  const told = () => bus.broker.values(outcomes).map(({ key, code, cause }) => `${key} ${code}: ${cause}`);
  const gauge = async (name: 'oversold' | 'oversells' | 'sourceProblems') =>
    (await metrics[name].get()).values[0]!.value;
  return { shop, clock, look, told, gauge, warnings, metrics };
}

describe('an oversell', () => {
  it('is told with its orders when it lasts longer than a delivery takes, once, and again when it comes back', async () => {
    const { shop, clock, look, told, gauge } = watchOf();
    shop.orders = [1, 2, 3].map((id) => ({ id, storeId: 1, items: [{ sku: 'MUG', ordered: 2 }] }));
    shop.put('main', 'MUG', '3');
    shop.put('east', 'MUG', '1', 0);
    shop.put('west', 'MUG', '50');
    await look();
    await clock.pass(15 * minuteMs);
    expect(await look()).toEqual({ wanted: 1, oversold: 0 });
    expect([told(), await gauge('oversells')]).toEqual([[], 0]);
    await clock.pass(10 * minuteMs);
    expect(await look()).toEqual({ wanted: 1, oversold: 1 });
    await look();
    const cause =
      'MUG is oversold in the stock 1: open orders want 2.0000 more than its sources hold, among them 001, 002, 003';
    expect(told()).toEqual([`W1/MUG stock.oversold: ${cause}`]);
    expect([await gauge('oversold'), await gauge('oversells')]).toEqual([1, 1]);
    shop.put('main', 'MUG', '5');
    await look();
    expect(await gauge('oversold')).toBe(0);
    shop.put('main', 'MUG', '0');
    await look();
    await clock.pass(20 * minuteMs);
    await look();
    expect(told()).toHaveLength(2);
  });

  it('is none while a delivery is on its way: issued by the ERP, not yet shipped by the shop', async () => {
    const { shop, clock, look, told } = watchOf();
    shop.orders = [{ id: 1, storeId: 1, items: [{ sku: 'MUG', ordered: 1 }] }];
    shop.put('main', 'MUG', '0');
    await look();
    await clock.pass(15 * minuteMs);
    await look();
    shop.orders[0]!.items[0]!.shipped = 1;
    await clock.pass(15 * minuteMs);
    await look();
    expect(told()).toEqual([]);
  });

  it('is none of what may be back-ordered, of a store view that is gone, nor of what was shipped, refunded or canceled', async () => {
    const { shop, clock, look, told } = watchOf();
    shop.backorders.add('BACK');
    shop.orders = [
      { id: 1, storeId: 1, items: [{ sku: 'BACK', ordered: 5 }] },
      { id: 2, storeId: 7, items: [{ sku: 'GONE', ordered: 5 }] },
      {
        id: 3,
        storeId: 1,
        items: [
          { sku: 'SHIPPED', ordered: 2, shipped: 2 },
          { sku: 'REFUNDED', ordered: 2, more: { qty_refunded: '1', qty_canceled: '1' } },
          { sku: 'LICENCE', ordered: 2, more: { is_virtual: true, qty_invoiced: '2' } },
        ],
      },
    ];
    for (let looks = 0; looks < 3; looks += 1) {
      await look();
      await clock.pass(15 * minuteMs);
    }
    expect(told()).toEqual([]);
  });

  it('is that of the parts of a bundle, and of the product behind a line with options', async () => {
    const { shop, clock, look, told } = watchOf();
    const options = { product_option: { extension_attributes: { custom_options: [{ option_id: '1' }] } } };
    shop.orders = [
      {
        id: 1,
        storeId: 1,
        items: [
          { sku: 'SET', ordered: 3, shipped: 1 },
          { sku: 'LID', ordered: 6, more: { parent_item_id: 1 } },
          { sku: 'MUG-red', ordered: 1, more: options },
        ],
      },
    ];
    for (let looks = 0; looks < 3; looks += 1) {
      await look();
      await clock.pass(15 * minuteMs);
    }
    expect(told().map((text) => text.slice(0, 120))).toEqual([
      expect.stringContaining(
        'W1/LID stock.oversold: LID is oversold in the stock 1: open orders want 4.0000 more',
      ),
      expect.stringContaining(
        'W1/PRODUCT-3 stock.oversold: PRODUCT-3 is oversold in the stock 1: open orders want 1',
      ),
    ]);
  });
});

describe('the salable quantity that the shop shows', () => {
  it('is compared in samples with rows and open orders, and told where it differs alike twice', async () => {
    const { shop, look, warnings, metrics } = watchOf();
    shop.orders = [
      {
        id: 1,
        storeId: 1,
        items: [
          { sku: 'MUG', ordered: 2 },
          { sku: 'POT', ordered: 1 },
          { sku: 'OUT', ordered: 1 },
          { sku: 'DELETED', ordered: 1 },
        ],
      },
    ];
    shop.put('main', 'DELETED', '10');
    shop.put('main', 'MUG', '10');
    shop.put('main', 'POT', '10');
    shop.put('main', 'OUT', '0', 0);
    shop.said.set('MUG', '8').set('POT', '11');
    await look();
    expect(warnings).toEqual([]);
    await look();
    expect(warnings).toEqual([
      { sku: 'POT', stockId: 1, said: '11.0000', expected: '9.0000', difference: '2.0000' },
    ]);
    await look();
    expect(warnings).toHaveLength(1);
    shop.said.set('POT', '9');
    await look();
    const counted = (await metrics.salableCompared.get()).values;
    expect(counted.find(({ labels }) => labels.result === 'differing')!.value).toBe(2);
    expect(counted.find(({ labels }) => labels.result === 'same')!.value).toBeGreaterThan(0);
  });
});

it('sources that the shop does not sell from are told of', async () => {
  const { look, gauge } = watchOf();
  expect(await gauge('sourceProblems')).toBeNaN();
  await look();
  // One is disabled, one is not there.
  expect(await gauge('sourceProblems')).toBe(2);
});
