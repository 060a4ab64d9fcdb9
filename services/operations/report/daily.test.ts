/** Doubles: the topic, the shop and the ERP. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { orderKey } from '../../../schemas/keys.ts';
import { orders as contract } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import { ordersSection } from '../../platform/config/sections/orders.ts';
import { Unavailable } from '../../platform/errors.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { dailyReport, draw } from './daily.ts';

const dayMs = 86_400_000;
const dayAt = 20_000 * dayMs;
const orders = ordersSection.parse({
  since: '1970-01-01T00:00:00Z',
  payments: { checkmo: { dueFrom: ['new', 'processing'], codes: {} } },
  shipping: { flat: {} },
  stores: { en: {} },
});

let bus: RecordingBus;
let shop: Map<string, { entity_id: number; state: string; grand_total: string; items: object[] }>;
let erp: Map<string, { total: string }>;
let isErpDown: boolean;
let since: number;
beforeEach(() => {
  bus = new RecordingBus();
  [shop, erp, isErpDown, since] = [new Map(), new Map(), false, 0];
});

function ordered(incrementId: string, createdAt = dayAt + 1): string {
  const entityId = Number(incrementId);
  const value = {
    instance: 'us',
    store: 'en',
    incrementId,
    entityId,
    state: 'processing',
    status: 'processing',
    paymentMethod: 'checkmo',
    shippingMethod: 'flat',
    isVirtual: false,
    website: 'base',
    createdAt,
    customer: { customerId: null, email: null },
    taxes: [],
    problems: [],
    lines: [{ sku: 'A', quantity: '2.0000' }],
    totals: { currency: 'EUR', digits: 2, grandTotalMinor: 1_250 },
  } as unknown as Order;
  bus.broker.append<Order>(contract, orderKey(value), value);
  const item = { sku: 'A', qty_ordered: '2', parent_item_id: null };
  const shown = { status: 'processing', order_currency_code: 'EUR', grand_total: '12.5' };
  shop.set(incrementId, { entity_id: entityId, state: 'processing', ...shown, items: [item] });
  erp.set(orderKey(value), { total: '12.50 EUR' });
  return orderKey(value);
}

function report(seed = 's', count = 10, compares = true) {
  const compare = (inputs: readonly { key: string }[]) => {
    if (isErpDown) throw new Unavailable({ code: 'erp.down', what: 'The ERP does not answer', fix: 'Wait' });
    const known = inputs.filter(({ key }) => erp.has(key));
    return Promise.resolve(
      new Map(
        known.map(({ key }) => [key, [{ name: 'total', ours: '12.5 EUR', theirs: erp.get(key)!.total }]]),
      ),
    );
  };
  const lookup = (key: string) => Promise.resolve(erp.has(key) ? { id: key, reference: null } : null);
  return dailyReport({
    bus,
    shop: {
      numbered: (number) => Promise.resolve([shop.get(number)].filter((one) => one !== undefined) as never),
    },
    erp: compares ? { lookup, compare } : { lookup },
    config: { instance: 'us', orders: { ...orders, since }, guests: 'email' },
    dayAt,
    seed,
    count,
  });
}

const differing = async (...given: Parameters<typeof report>) =>
  (await report(...given)).drawn.flatMap(({ key, fields }) =>
    fields
      .filter(({ isEqual }) => !isEqual)
      .map(({ side, name, wanted, found }) => `${key} ${side} ${name}: ${wanted}/${found}`),
  );

describe('the report of a day', () => {
  it('finds all of an order equal, on both sides, and takes none of another day', async () => {
    ordered('1');
    ordered('2', dayAt - 1);
    ordered('3', dayAt + dayMs);
    const erased = ordered('4');
    bus.broker.append<Order>(contract, erased, null);
    const { drawn, ...rest } = await report();
    expect(rest).toEqual({ day: '2024-10-04', seed: 's', orders: 1 });
    expect(drawn.map(({ key, unknown }) => [key, unknown])).toEqual([['us/en/1', null]]);
    const names = drawn[0]!.fields.map(({ side, name, isEqual }) => `${side} ${name} ${isEqual}`);
    expect(names).toEqual([
      'shop state true',
      'shop status true',
      'shop total true',
      'shop currency true',
      'shop lines.A.quantity true',
      'ERP total true',
    ]);
  });

  it('takes none of before orders.since, which nobody exports', async () => {
    ordered('1');
    ordered('2', dayAt + 5);
    since = dayAt + 5;
    expect((await report()).drawn.map(({ key }) => key)).toEqual(['us/en/2']);
  });

  it('names each field that is not', async () => {
    ordered('1');
    Object.assign(shop.get('1')!, {
      state: 'closed',
      grand_total: '12.51',
      items: [{ sku: 'B', qty_ordered: '2', parent_item_id: null }],
    });
    erp.get('us/en/1')!.total = '11.00 EUR';
    expect(await differing()).toEqual([
      'us/en/1 shop state: processing/closed',
      'us/en/1 shop total: 12.50/12.51',
      'us/en/1 shop lines.A.quantity: 2.0000/null',
      'us/en/1 shop lines.B.quantity: null/2.0000',
      'us/en/1 ERP total: 12.5 EUR/11.00 EUR',
    ]);
  });

  it('misses what a side does not have, with or without a comparison of the ERP', async () => {
    ordered('1');
    shop.clear();
    erp.clear();
    const both = ['us/en/1 shop exists: yes/null', 'us/en/1 ERP exists: yes/null'];
    expect(await differing()).toEqual(both);
    expect(await differing('s', 10, false)).toEqual(both);
  });

  it('says what could not be asked, and goes on', async () => {
    ordered('1');
    isErpDown = true;
    const { drawn } = await report();
    expect(drawn[0]!.unknown).toBe('The ERP does not answer');
    expect(drawn[0]!.fields.length).toBe(5);
  });

  it('draws the same by the same seed, and others by another', async () => {
    for (let number = 1; number <= 60; number += 1) ordered(String(number));
    const keys = async (seed: string) => (await report(seed, 5)).drawn.map(({ key }) => key);
    const first = await keys('a');
    expect(first).toHaveLength(5);
    expect(await keys('a')).toEqual(first);
    expect(await keys('b')).not.toEqual(first);
  });
});

it('what is drawn stays drawn when another order has come that was drawn behind it', () => {
  const keys = ['k1', 'k2', 'k3', 'k4'];
  const [first] = draw(keys, 's', 1);
  expect(draw([...keys].toReversed(), 's', 4)[0]).toBe(first);
  expect(
    draw(
      keys.filter((key) => key !== first),
      's',
      4,
    ),
  ).toEqual(draw(keys, 's', 4).slice(1));
});
