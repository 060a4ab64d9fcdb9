/**
 * Real: the applier's handling of documents, the flow that it runs in. Doubles: broker and clock, and a shop of one order
 * that can be invoiced and paid back. Asserted: what is made of it, and when.
 */
import { expect, it } from '@jest/globals';
import { fulfilments, parked, refresh } from '../../schemas/topics.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { runDocuments } from '../platform/flow/documents/run-documents.ts';
import { World } from '../platform/flow/testing/world.ts';
import { ordersThat } from './decided-orders.ts';
import { applyFulfilment } from './fulfilment.ts';
import type { FulfilmentOptions } from './fulfilment.ts';
import { LookedUp } from './looked-up.ts';
import { isInvoiced } from './order-state.ts';
import { documentOf, lineOf } from './testing/document.ts';

function shopOf(now: () => number) {
  const none = { qty_shipped: '0', qty_canceled: '0', qty_refunded: '0', qty_invoiced: '0' };
  const item = {
    item_id: 5,
    parent_item_id: null,
    product_id: 7,
    sku: 'A',
    qty_ordered: '2',
    is_qty_decimal: false,
    is_virtual: false,
    product_option: { extension_attributes: { custom_options: [] } },
    ...none,
  };
  const shipping = { base_shipping_amount: '0', base_shipping_incl_tax: null, base_shipping_refunded: null };
  const order = {
    entity_id: 9,
    increment_id: '42',
    state: 'processing',
    items: [item],
    payment: { method: null },
    status_histories: [],
    ...shipping,
  };
  const made: [kind: string, atMs: number][] = [];
  const kindOf = (kind: string, field: 'qty_invoiced' | 'qty_refunded') => {
    const list: object[] = [];
    return {
      ofOrder: () => Promise.resolve(list),
      get: (id: number) => Promise.resolve(list[id - 1]),
      create: (_order: unknown, { comment }: { comment: string }) => {
        made.push([kind, now()]);
        item[field] = '2';
        const items = [{ order_item_id: 5, qty: '2' }];
        const adjustments = { base_adjustment_positive: null, base_adjustment_negative: null };
        list.push({ increment_id: kind, items, comments: [{ comment }], ...shipping, ...adjustments });
        return Promise.resolve(list.length);
      },
    };
  };
  const shop = {
    made,
    isOrdered: true,
    orders: {
      inBrief: () =>
        Promise.resolve({ items: shop.isOrdered ? [structuredClone(order)] : [], unreadable: [] }),
    },
    orderComments: {
      add: (_order: number, { text }: { text: string }) => Promise.resolve(void made.push([text, now()])),
    },
    invoices: kindOf('invoice', 'qty_invoiced'),
    creditMemos: kindOf('creditmemo', 'qty_refunded'),
    products: {},
  };
  return shop;
}

/** What is published and what is made, in seconds from the first on. */
async function lineOfDocuments() {
  const world: World<Fulfilment> = new World({
    seed: 1,
    contract: fulfilments,
    partitions: 1,
    start: (context) => {
      const { clock } = context;
      const options = {
        magento: shop as unknown as FulfilmentOptions['magento'],
        clock,
        lookedUp: new LookedUp(clock),
        instance: 'main',
        fulfilments: fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers: {} }),
        stock: { sources: {} },
        storeIds: { of: () => Promise.resolve(1) },
        requestRefresh: () => Promise.resolve(),
      } as unknown as FulfilmentOptions;
      return runDocuments<Fulfilment>(context, {
        name: 'shipments',
        contract: fulfilments,
        mode: 'on',
        concurrency: () => 2,
        settleMs: 0,
        probe: () => Promise.resolve(),
        handle: ({ value, publishedAt }, attempt) =>
          applyFulfilment({ document: value, publishedAt }, attempt, options),
        awaited: { invoice: (keys) => ordersThat(isInvoiced, keys, options) },
      });
    },
  });
  const shop = shopOf(() => world.clock.now());
  await world.begin();
  world.assignAll();
  const beganAt = world.clock.now();
  const key = 'main/default/42';
  const publishOne = (kind: string, changes: Partial<Fulfilment> = {}) =>
    world.broker.append(
      fulfilments,
      key,
      documentOf({ kind, documentId: `${kind}/1`, lines: [lineOf('A', '2')], ...changes }),
    );
  const publish = (...kinds: string[]) => kinds.forEach((kind) => publishOne(kind));
  const made = () => shop.made.map(([kind, at]) => `${kind} ${Math.floor((at - beganAt) / 1_000)}`);
  const count = (contract: typeof parked | typeof refresh) => world.broker.values(contract as never).length;
  return { shop, publish, publishOne, made, pass: (ms: number) => world.clock.pass(ms), count };
}

it('a credit memo that comes before its invoice is made right after it, whether that is behind it or still to come', async () => {
  for (const afterMs of [0, 20_000]) {
    const { publish, made, pass, count } = await lineOfDocuments();
    publish('creditmemo');
    await pass(afterMs);
    publish('invoice');
    await pass(500);
    expect(made()).toEqual([`invoice ${afterMs / 1_000}`, `creditmemo ${afterMs / 1_000}`]);
    expect(count(parked)).toBe(0);
  }
});

it('those of an order that the shop does not have yet keep their order', async () => {
  const { shop, publishOne, made, pass } = await lineOfDocuments();
  shop.isOrdered = false;
  for (const text of ['one', 'two', 'three']) {
    publishOne('comment', { documentId: `comment/${text}`, text });
    await pass(1_700);
  }
  await pass(8_000);
  shop.isOrdered = true;
  await pass(6_000);
  expect(made().map((told) => told.split(' ')[0])).toEqual(['one', 'two', 'three']);
});

it('one that has waited for a minute is held, and asked for as soon as the invoice is made', async () => {
  const { publish, made, pass, count } = await lineOfDocuments();
  publish('creditmemo');
  await pass(59_000);
  expect(count(parked)).toBe(0);
  await pass(70_000);
  expect([count(parked), count(refresh)]).toEqual([1, 0]);
  publish('invoice');
  await pass(1_500);
  expect([made(), count(refresh)]).toEqual([['invoice 129'], 1]);
});

it('one that the ERP has taken back while it waited for its order does not pass for done: a person is told', async () => {
  const { shop, publish, publishOne, made, pass, count } = await lineOfDocuments();
  shop.isOrdered = false;
  publish('invoice');
  await pass(1_000);
  publishOne('invoice', { withdrawn: true });
  await pass(1_000);
  shop.isOrdered = true;
  await pass(10_000);
  expect([made(), count(parked)]).toEqual([['invoice 5'], 1]);
});
