/** Real: what is gathered, judged and told. Doubles: broker, shop. */
import { describe, expect, it } from '@jest/globals';
import { controls, orders, outcomes, parked, products, refresh, stock } from '../../../schemas/topics.ts';
import type { Outcome, Parked, Product } from '../../../schemas/types.ts';
import { sampleOrder } from '../../erp/recipe/samples.ts';
import { ordersSection } from '../../platform/config/sections/orders.ts';
import { flowsSection } from '../../platform/config/sections/platform.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { symptoms } from './symptoms.ts';
import { examine } from './examine.ts';

const minutes = (count: number) => count * 60_000;
const days = (count: number) => count * 86_400_000;

function world() {
  const bus = new RecordingBus();
  const lags = new Map<string, { committed: number | null; end: number }>();
  const begins = new Map<string, number>();
  const salable = new Set<string>();
  let failed: string[] = [];
  const outcomeOf = (own: Partial<Outcome>): Outcome => ({
    group: 'cartage.main.order-exporter',
    topic: orders.topic,
    partition: 0,
    offset: 0,
    key: 'main/default/1',
    documentId: null,
    eventId: null,
    status: 'applied',
    code: null,
    cause: null,
    targetId: null,
    attempts: 1,
    version: null,
    occurredAt: null,
    publishedAt: 0,
    startedAt: 0,
    finishedAt: bus.clock.now(),
    traceId: null,
    ...own,
  });
  const parkedOf = (code: string): Parked => ({
    ...outcomeOf({ status: 'held' }),
    code,
    cause: '',
    why: null,
    fix: '',
    parkedAt: 0,
    headers: {},
    recordValue: null,
    waitsFor: null,
  });
  const examined = async () => {
    const found = await examine({
      bus,
      admin: {
        lag: (group, [topic = '']) =>
          Promise.resolve([
            { topic, partition: 0, ...(lags.get(`${group} ${topic}`) ?? { committed: 0, end: 0 }) },
          ]),
        begins: (topic) => Promise.resolve(new Map([[0, begins.get(topic) ?? 0]])),
      },
      sources: {
        stockSourceLinks: () => Promise.resolve([{ stockId: 1, sourceCode: 'main', priority: 1 }]),
        salable: (skus: string[]) => Promise.resolve(new Set(skus.filter((sku) => salable.has(sku)))),
      },
      config: {
        instance: 'main',
        flows: flowsSection.parse({}),
        orders: ordersSection.parse({
          since: '2020-01-01T00:00:00Z',
          payments: { checkmo: { dueFrom: ['new'] } },
          shipping: {},
          stores: { default: {} },
        }),
      },
      now: bus.clock.now(),
      ordersMax: 10,
      failed,
    });
    const wrong = found.flatMap(([, findings]) => findings).filter(({ level }) => level !== 'ok');
    return new Map(wrong.map(({ code, what }) => [code, what]));
  };
  return {
    bus,
    lags,
    begins,
    salable,
    outcomeOf,
    parkedOf,
    examined,
    fail: (...codes: string[]) => (failed = codes),
  };
}

const exporting = `cartage.main.order-exporter ${orders.topic}`;

describe('the line', () => {
  it('in which nothing waits is well', async () => {
    expect([...(await world().examined()).keys()]).toEqual([]);
  });

  it('says which flow has records and handles none, and which is paused, by whom', async () => {
    const { bus, lags, outcomeOf, examined } = world();
    await bus.clock.pass(days(1));
    lags.set(exporting, { committed: 4, end: 9 });
    expect([...(await examined()).keys()]).toEqual(['line.stuck_order-exporter']);
    await bus.publish(outcomes, { value: outcomeOf({}) });
    expect([...(await examined()).keys()]).toEqual([]);
    await bus.clock.pass(minutes(16));
    expect((await examined()).get('line.stuck_order-exporter')).toContain('5 records behind');
    const by = { instance: 'main', reader: 'order-exporter', reason: 'moved', setBy: 'ada', setAt: 0 };
    await bus.publish(controls, {
      value: { ...by, paused: true, concurrencyMax: null, batchMax: null, schedule: null },
    });
    expect([...(await examined()).keys()]).toEqual(['line.paused']);
  });

  it('says which flow may lose records to the retention of their topic', async () => {
    const { bus, lags, begins, outcomeOf, examined } = world();
    await bus.publish(outcomes, { value: outcomeOf({}) });
    lags.set(exporting, { committed: 4, end: 9 });
    begins.set(orders.topic, 4);
    expect([...(await examined()).keys()]).toEqual([]);
    begins.set(orders.topic, 5);
    expect([...(await examined()).keys()]).toEqual(['line.near_retention']);
  });

  it('passes over what is off', async () => {
    const { lags, examined } = world();
    lags.set(`cartage.main.order-exporter.customers magento.customers`, { committed: null, end: 9 });
    lags.set(`cartage.main.order-relay.customers ${refresh.topic}`, { committed: null, end: 9 });
    expect([...(await examined()).keys()]).toEqual([]);
  });
});

describe('what lies on the topics', () => {
  it('is tried on the mappings: the newest orders, each as it is now', async () => {
    const { bus, examined } = world();
    const order = { ...sampleOrder(2), instance: 'main', store: 'default', isVirtual: true, taxes: [] };
    await bus.publish(orders, { value: { ...order, incrementId: '1', paymentMethod: 'paypal' } });
    await bus.publish(orders, { value: { ...order, incrementId: '2', paymentMethod: 'paypal' } });
    await bus.publish(orders, { value: { ...order, incrementId: '2', paymentMethod: 'checkmo' } });
    await bus.publish(orders, {
      value: { ...order, instance: 'other', incrementId: '3', paymentMethod: 'cash' },
    });
    const found = await examined();
    expect([...found.keys()]).toEqual(['mapping.missing']);
    expect(found.get('mapping.missing')).toBe(
      'orders.payments: "paypal" is not mapped, and stands in 1 of the last 2 orders',
    );
  });

  it('shows twins and odd SKUs that are still sold', async () => {
    const { bus, examined } = world();
    const product = { version: { epoch: 1, number: 1 }, deleted: false, twin: null } as unknown as Product;
    await bus.publish(products, { value: { ...product, sku: 'A/1' } });
    await bus.publish(products, { value: { ...product, sku: 'B', twin: 'b' } });
    await bus.publish(products, { value: { ...product, sku: ' C', deleted: true } });
    const found = await examined();
    expect([...found.keys()]).toEqual(['sku.twin', 'sku.odd']);
    expect([found.get('sku.twin'), found.get('sku.odd')]).toEqual([
      expect.stringMatching(/^1 SKUs have .*"B"$/),
      expect.stringMatching(/^1 SKUs hold .*"A\/1"$/),
    ]);
  });

  it('shows an index of the shop that does not follow', async () => {
    const { bus, salable, outcomeOf, examined } = world();
    const written = {
      topic: stock.topic,
      group: 'cartage.main.inventory-applier',
      cause: '5.0000, in stock',
    };
    for (const sku of ['A', 'B'])
      await bus.publish(outcomes, { value: outcomeOf({ ...written, targetId: `main/${sku}` }) });
    await bus.publish(outcomes, {
      value: outcomeOf({ ...written, targetId: 'main/C', cause: '0.0000, out of stock' }),
    });
    expect([...(await examined()).keys()]).toEqual([]);
    await bus.clock.pass(minutes(16));
    expect([...(await examined()).keys()]).toEqual(['shop.index_late', 'symptom.stale_storefront']);
    salable.add('A').add('B');
    expect([...(await examined()).keys()]).toEqual([]);
  });
});

describe('a symptom', () => {
  it.each([
    ['refused', 'magento.unauthorized'],
    ['stuck_stock', 'stock.source_unmapped'],
    ['images_missing', 'product.image_missing'],
    ['duplicate_orders', 'order.lookup_ambiguous'],
    ['unmapped_methods', 'order.payment_unmapped'],
    ['time_outs', 'magento.gateway'],
    ['stale_storefront', 'shop.index_late'],
  ])('%s is recognised by %s, whoever has met it', async (name, code) => {
    const parking = world();
    await parking.bus.publish(parked, { value: parking.parkedOf(code) });
    expect([...(await parking.examined()).keys()]).toEqual([`symptom.${name}`]);
    const checking = world();
    checking.fail(code);
    expect([...(await checking.examined()).keys()]).toEqual([`symptom.${name}`]);
  });

  it('is none in what was held, for that is parked as long as it is', async () => {
    const { bus, outcomeOf, parkedOf, examined } = world();
    const code = 'stock.sku_unknown';
    await bus.publish(outcomes, { value: outcomeOf({ status: 'held', code }) });
    expect([...(await examined()).keys()]).toEqual([]);
    await bus.publish(parked, { value: parkedOf(code) });
    expect((await examined()).get('symptom.stuck_stock')).toContain('stock.sku_unknown 1 times');
  });

  it('of an order that was made twice is seen in what was said of it', async () => {
    const { bus, outcomeOf, examined } = world();
    for (const targetId of ['S1', 'S1'])
      await bus.publish(outcomes, { value: outcomeOf({ cause: 'created', targetId }) });
    expect([...(await examined()).keys()]).toEqual([]);
    await bus.publish(outcomes, { value: outcomeOf({ cause: 'created', targetId: 'S2' }) });
    expect((await examined()).get('symptom.duplicate_orders')).toContain('main/default/1');
  });

  it('has a name of its own, and one way to be recognised at least', () => {
    expect(new Set(symptoms.map(({ name }) => name)).size).toBe(symptoms.length);
    expect(symptoms.filter(({ codes }) => codes.test('none.such'))).toEqual([]);
  });
});
