/** Real: what is read, told and judged. Doubles: broker, shop, ERP. */
import { describe, expect, it } from '@jest/globals';
import {
  audit,
  differences,
  fulfilments,
  orders,
  outcomes,
  parked,
  refresh,
  stock,
} from '../../../schemas/topics.ts';
import type { Difference, Fulfilment, Outcome, Stock } from '../../../schemas/types.ts';
import { sampleOrder } from '../../erp/recipe/samples.ts';
import { markerOf } from '../../magento/marker.ts';
import { magentoTime } from '../../magento/rest/time.ts';
import { flowsSection } from '../../platform/config/sections/platform.ts';
import { Unavailable } from '../../platform/errors.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import type { ReadAllOptions } from '../../platform/kafka/types.ts';
import { isKnown } from './story.ts';
import { tellAnything, tellOrder, tellSku } from './tell-story.ts';

const key = 'main/default/000000042';
const minutes = (count: number) => count * 60_000;
const order = {
  ...sampleOrder(2),
  instance: 'main',
  store: 'default',
  incrementId: '000000042',
  entityId: 7,
  updatedAt: 0,
  customer: { ...sampleOrder(2).customer, email: 'jane@example.com' },
};
const version = { epoch: 1, number: 1 };
const stockOf = (own: Partial<Stock>): Stock => ({
  source: 'W1',
  sku: 'MUG',
  occurredAt: null,
  version,
  sourceKey: '{}',
  quantity: '12.0000',
  sellable: true,
  deleted: false,
  twin: null,
  backorders: null,
  buffer: null,
  ...own,
});
const document: Fulfilment = {
  instance: 'main',
  store: 'default',
  incrementId: '000000042',
  documentId: 'OUT/1',
  kind: 'shipment',
  occurredAt: null,
  version,
  shownFrom: null,
  sourceKey: '{}',
  documentDate: 0,
  source: 'W1',
  lines: [{ sku: 'MUG', orderLineId: null, quantity: '1.0000', returnToStock: null }],
  packages: [],
  amounts: null,
  invoiceId: null,
  withdrawn: false,
  text: null,
};

function world() {
  const bus = new RecordingBus();
  const asked: [string, ReadAllOptions<never>['keys']][] = [];
  const shop = {
    orders: [] as object[],
    shipments: [] as object[],
    creditMemos: [] as object[],
    product: null as object | null,
    items: [] as object[],
  };
  const erp = {
    found: null as { id: string; reference: string } | null,
    records: new Map<string, object[]>(),
  };
  let failure: Error | null = null;
  let flows = {};
  const answer = async <Value>(value: Value): Promise<Value> => {
    if (failure !== null) throw failure;
    return value;
  };
  const outcomeOf = (own: Partial<Outcome>): Outcome => ({
    group: 'cartage.main.order-exporter',
    topic: orders.topic,
    partition: 0,
    offset: 0,
    key,
    documentId: null,
    eventId: null,
    status: 'applied',
    code: null,
    cause: 'created',
    targetId: 'S00042',
    attempts: 1,
    version: null,
    occurredAt: null,
    publishedAt: bus.clock.now(),
    startedAt: bus.clock.now(),
    finishedAt: bus.clock.now(),
    traceId: 'a'.repeat(32),
    ...own,
  });
  const telling = (reveal = false) => ({
    bus: {
      readAll: (contract: never, options: ReadAllOptions<never>) => {
        asked.push([(contract as { topic: string }).topic, options.keys]);
        return bus.readAll(contract, options);
      },
    } as unknown as RecordingBus,
    ends: {
      shop: {
        orders: { numbered: () => answer(shop.orders) },
        shipments: { ofOrder: () => answer(shop.shipments) },
        invoices: { ofOrder: () => answer([]) },
        creditMemos: { ofOrder: () => answer(shop.creditMemos) },
        products: { get: () => answer(shop.product) },
        sourceItems: { read: () => answer(shop.items) },
      } as never,
      records: { of: (topic: string) => answer((erp.records.get(topic) ?? []) as never[]) },
      lookUpOrder: () => answer(erp.found),
    },
    instance: 'main',
    stores: ['default', 'french'],
    sources: { W1: 'main' },
    flows: flowsSection.parse(flows),
    tracesUrl: 'https://jaeger.example/',
    now: bus.clock.now(),
    reveal,
  });
  const inShop = (changedAt: number) => ({
    increment_id: '000000042',
    entity_id: 7,
    state: 'processing',
    status: 'processing',
    grand_total: '45.00',
    order_currency_code: 'EUR',
    created_at: magentoTime(changedAt),
    updated_at: magentoTime(changedAt),
    items: [],
    ext_order_id: null,
  });
  return {
    bus,
    asked,
    shop,
    erp,
    outcomeOf,
    inShop,
    fail: (error: Error) => (failure = error),
    configure: (modes: object) => (flows = modes),
    pass: (ms: number) => bus.clock.pass(ms),
    order: (reveal?: boolean) => tellOrder(telling(reveal), '000000042'),
    sku: () => tellSku(telling(), 'MUG'),
    any: (text: string) => tellAnything(telling(), text),
  };
}

const codes = ({ findings }: Awaited<ReturnType<typeof tellOrder>>) => findings.map(({ code }) => code);

describe('the story of an order', () => {
  it('is told in order of time, whoever saw it, with what to do and nothing personal', async () => {
    const { bus, outcomeOf, shop, inShop, erp, pass, order: story } = world();
    shop.orders.push(inShop(0));
    erp.found = { id: '42', reference: 'S00042' };
    const at = bus.clock.now();
    await bus.publish(refresh, {
      value: {
        topic: orders.topic,
        key: 'main/7',
        reason: 'webhook',
        requestedBy: 'order-relay',
        requestedAt: at,
        seen: null,
        entityId: 7,
        always: null,
        notBefore: null,
      },
    });
    await pass(1_000);
    await bus.publish(orders, { value: order });
    await pass(1_000);
    const held = {
      status: 'held',
      code: 'order.payment_unmapped',
      cause: 'paid by jane@example.com',
      targetId: null,
    };
    await bus.publish(outcomes, { value: outcomeOf(held) });
    await pass(1_000);
    await bus.publish(parked, {
      value: {
        ...outcomeOf(held),
        code: 'order.payment_unmapped',
        cause: 'paid by "cash"',
        why: null,
        fix: 'Add cash to orders.payments',
        parkedAt: bus.clock.now(),
        headers: {},
        recordValue: Buffer.from('jane@example.com'),
        waitsFor: null,
      },
    });
    await pass(1_000);
    const act = {
      actor: 'ada',
      action: 'parked.release',
      subject: 'by key',
      count: 1,
      reason: null,
      tool: 'cli',
    };
    const parkedKey = `cartage.main.order-exporter/magento.orders/${key}`;
    await bus.publish(audit, { value: { ...act, keys: [parkedKey], at: bus.clock.now() } });
    const told = await story();
    expect(told.happenings.map(({ by, kind }) => `${by} ${kind}`)).toEqual([
      'order-relay asked',
      'order-relay published',
      'order-exporter held',
      'order-exporter parked',
      'ada (cli) act',
    ]);
    expect(told.happenings[2]!.traceUrl).toBe(`https://jaeger.example/trace/${'a'.repeat(32)}`);
    expect(told.findings).toEqual([
      {
        code: 'order.payment_unmapped',
        what: `${key} is parked: paid by "cash"`,
        fix: 'Add cash to orders.payments',
      },
    ]);
    expect(told.sides.map(({ facts }) => facts.order)).toEqual(['000000042 (id 7)', 'S00042']);
    expect(told.keys).toEqual([key]);
    expect(JSON.stringify(told)).not.toContain('jane');
    expect(JSON.stringify(await story(true))).toContain('jane@example.com');
  });

  it('is of nothing else that lies with it, and reads only where its keys lie', async () => {
    const { bus, outcomeOf, asked, order: story } = world();
    await bus.publish(orders, { value: { ...order, incrementId: '000000043' } });
    await bus.publish(outcomes, { value: outcomeOf({ key: 'main/default/000000043' }) });
    await bus.publish(outcomes, { value: outcomeOf({ group: 'cartage.other.order-exporter' }) });
    const told = await story();
    expect([isKnown(told), told.happenings, told.keys]).toEqual([false, [], []]);
    const keys = [key, 'main/french/000000042'];
    // What is asked for next is whether it is known by another number.
    expect(Object.fromEntries(asked.slice(0, 7))).toEqual({
      [orders.topic]: keys,
      [fulfilments.topic]: keys,
      [refresh.topic]: keys,
      [outcomes.topic]: keys,
      [differences.topic]: undefined,
      [parked.topic]: undefined,
      [audit.topic]: undefined,
    });
  });

  it.each(['S00042', 'OUT/1', '1Z999', 'PO-7'])('is found by another number of it: %s', async (number) => {
    const { bus, outcomeOf, any } = world();
    const payment = { ...order.payment!, purchaseOrderNumber: 'PO-7' };
    await bus.publish(orders, { value: { ...order, payment } });
    const packages = [{ carrier: 'ups', service: null, trackingNumber: '1Z999' }];
    await bus.publish(fulfilments, { value: { ...document, packages } });
    await bus.publish(outcomes, { value: outcomeOf({}) });
    expect((await any(number)).keys).toEqual([key]);
    expect(isKnown(await any('1Z99'))).toBe(false);
  });

  it('says what the shop has and nobody has seen, once it cannot be on its way any more', async () => {
    const { bus, shop, inShop, pass, order: story } = world();
    shop.orders.push(inShop(bus.clock.now()));
    expect(codes(await story())).toEqual([]);
    await pass(minutes(16));
    expect(codes(await story())).toEqual(['story.not_published']);
    await bus.publish(orders, { value: order });
    expect(codes(await story())).toEqual(['story.change_missed']);
  });

  it('misses nothing that is not to happen: of a flow that is off', async () => {
    const { bus, shop, inShop, pass, configure, order: story } = world();
    configure({ orders: 'off', shipments: 'off' });
    shop.orders.push(inShop(bus.clock.now()));
    await bus.publish(orders, { value: order });
    await bus.publish(fulfilments, { value: document });
    await pass(minutes(16));
    expect(codes(await story())).toEqual([]);
  });

  it('says that nothing has become of a record, and that the ERP has an order no more', async () => {
    const { bus, outcomeOf, pass, order: story } = world();
    await bus.publish(orders, { value: order });
    await pass(minutes(16));
    expect(codes(await story())).toEqual(['story.not_handled']);
    await bus.publish(outcomes, { value: outcomeOf({}) });
    expect(codes(await story())).toEqual(['story.gone_from_erp']);
  });

  it('says which document of the ERP the shop lacks, unless it is known by its marker or its outcome', async () => {
    const { bus, outcomeOf, shop, inShop, erp, pass, order: story } = world();
    await bus.publish(orders, { value: order });
    await bus.publish(outcomes, { value: outcomeOf({}) });
    erp.found = { id: '42', reference: 'S00042' };
    erp.records.set(fulfilments.topic, [document]);
    shop.orders.push(inShop(0));
    await pass(minutes(16));
    expect(codes(await story())).toEqual(['story.document_missing']);
    const comment = markerOf('main', 'document', 'OUT/1');
    shop.shipments.push({ increment_id: '9', items: [], tracks: [], comments: [{ comment }] });
    expect(codes(await story())).toEqual([]);
    shop.shipments = [{ increment_id: '9', items: [], tracks: [], comments: [] }];
    const told = { group: 'cartage.main.shipment-applier', topic: fulfilments.topic, documentId: 'OUT/1' };
    await bus.publish(outcomes, { value: outcomeOf({ ...told, targetId: '9' }) });
    expect(codes(await story())).toEqual([]);
  });

  it('says which credit memo the shop lacks, and what it has paid back', async () => {
    const { bus, shop, inShop, erp, pass, order: story } = world();
    await bus.publish(orders, { value: order });
    erp.found = { id: '42', reference: 'S00042' };
    erp.records.set(fulfilments.topic, [{ ...document, kind: 'creditmemo', documentId: 'CN/1' }]);
    const line = { sku: 'MUG', parent_item_id: null, qty_ordered: '2', qty_shipped: '1', qty_invoiced: '1' };
    shop.orders.push({ ...inShop(0), items: [{ ...line, qty_refunded: '1', qty_canceled: '0' }] });
    await pass(minutes(16));
    const found = (await story()).findings;
    expect(found.map(({ code, what }) => [code, what.slice(0, 32)])).toContainEqual([
      'story.document_missing',
      'The ERP has credit memo CN/1 of ',
    ]);
    const comment = markerOf('main', 'document', 'CN/1');
    shop.creditMemos.push({ increment_id: '8', items: [{ sku: 'MUG', qty: '1' }], comments: [{ comment }] });
    const told = await story();
    expect(codes(told)).not.toContain('story.document_missing');
    expect(told.sides[0]!.facts).toMatchObject({
      lines: 'MUG × 2, shipped 1, invoiced 1, refunded 1',
      'credit memos': '8 MUG × 1',
    });
  });

  it('is told from the topics where shop and ERP cannot be asked, which it says', async () => {
    const { bus, outcomeOf, fail, pass, order: story } = world();
    await bus.publish(orders, { value: order });
    await bus.publish(outcomes, { value: outcomeOf({}) });
    await pass(minutes(16));
    fail(new Unavailable({ code: 'x', what: 'Nobody answers', fix: 'Wait' }));
    const told = await story();
    expect(told.sides.map(({ unknown }) => unknown)).toEqual(['Nobody answers', 'Nobody answers']);
    expect([told.happenings.length, codes(told)]).toEqual([2, []]);
  });

  it('keeps the newest of what there is too much of', async () => {
    const { bus, outcomeOf, order: story } = world();
    for (let offset = 0; offset < 305; offset += 1)
      await bus.publish(outcomes, { value: outcomeOf({ offset, cause: `try ${offset}` }) });
    const told = await story();
    expect([told.happenings.length, told.leftOut]).toEqual([300, 5]);
    expect(told.happenings.at(-1)!.what).toContain('try 304');
  });
});

describe('the story of a SKU', () => {
  const written = {
    topic: stock.topic,
    key: 'W1/MUG',
    group: 'cartage.main.inventory-applier',
    targetId: 'main/MUG',
  };

  it('has both sides beside each other, source by source', async () => {
    const { shop, erp, bus, sku } = world();
    await bus.publish(stock, { value: stockOf({}) });
    shop.items.push({ sku: 'MUG', sourceCode: 'main', quantity: '12.0000', status: 1 });
    erp.records.set(stock.topic, [stockOf({})]);
    const told = await sku();
    expect(told.sides).toEqual([
      { name: 'shop', facts: { 'stock at main': '12.0000, in stock' }, unknown: null },
      { name: 'ERP', facts: { 'stock at main': '12.0000 (W1)' }, unknown: null },
    ]);
    expect(codes(told)).toEqual([]);
  });

  it('says where the ERP is ahead of the topic, and where the shop is not as it was written', async () => {
    const { shop, erp, bus, outcomeOf, pass, sku } = world();
    await bus.publish(stock, { value: stockOf({}) });
    await bus.publish(outcomes, { value: outcomeOf({ ...written, cause: '12.0000, in stock' }) });
    shop.items.push({ sku: 'MUG', sourceCode: 'main', quantity: '11', status: 1 });
    erp.records.set(stock.topic, [stockOf({ quantity: '5.0000' })]);
    await pass(minutes(16));
    expect(codes(await sku())).toEqual(['story.erp_ahead', 'story.changed_in_shop']);
  });

  it('has what the reconciler has found, until that is gone', async () => {
    const { bus, sku } = world();
    const value: Difference = {
      instance: 'main',
      kind: 'stock',
      topic: stock.topic,
      key: 'W1/MUG',
      field: 'quantity',
      wanted: '12',
      found: '9',
      side: 'shop',
      changedAt: null,
      firstSeenAt: 5,
      seenAt: 6,
      valueMinor: null,
      digits: null,
      currency: null,
      cause: 'changed_by_hand',
      why: 'somebody has set it in the shop',
      fix: 'Refresh it',
      repairs: 0,
      repairedAt: null,
      repair: 'none',
    };
    await bus.publish(differences, { value });
    await bus.publish(differences, { value: { ...value, key: 'W1/POT' } });
    const told = await sku();
    expect(codes(told)).toEqual(['difference.changed_by_hand']);
    expect(told.happenings.map(({ at, kind, what }) => [at, kind, what])).toEqual([
      [5, 'differs', 'quantity of stock: 12 is wanted, the shop has 9: somebody has set it in the shop'],
    ]);
    await bus.tombstone(differences, differences.key(value));
    expect(codes(await sku())).toEqual([]);
  });

  it('tells what is held at a warehouse that is not configured', async () => {
    const { bus, outcomeOf, sku } = world();
    const fault = { code: 'stock.source_unmapped', cause: 'W9 has no source', why: null, fix: 'Add it' };
    const place = { ...outcomeOf({ ...written, key: 'W9/MUG', status: 'held' }), ...fault };
    const kept = { parkedAt: 0, headers: {}, recordValue: null, waitsFor: null };
    await bus.publish(parked, { value: { ...place, ...kept } });
    expect(codes(await sku())).toEqual(['stock.source_unmapped']);
  });
});
