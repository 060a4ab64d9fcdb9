/** Real: the nightly sweep, the reader of pages, the mapping of orders. Doubles: the shop, the topics, the cursor. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { orders, refresh } from '../../../schemas/topics.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import type { WholeOrdersPage } from '../../magento/orders.ts';
import { magentoTime } from '../../magento/rest/time.ts';
import { logTo } from '../../platform/flow/testing/context.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { orderOf } from '../orders/order.ts';
import { recordedOrder } from '../orders/testing/recorded-orders.ts';
import { ListShop } from '../../magento/testing/list-shop.ts';
import type { SweepCursor } from './cursor.ts';
import { NightlySweep } from './nightly-sweep.ts';
import { PageReader } from '../../magento/page-reader.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of the recorded orders. */
const placed = Date.UTC(2026, 10, 23);
const night = placed + 2 * dayMs + 3 * hourMs;

let list: ListShop;
let shop: MagentoOrder[];
let bus: RecordingBus;
let cursor: SweepCursor | null;
let now: number;

beforeEach(() => {
  list = new ListShop();
  shop = Array.from({ length: 7 }, (_none, index) => ({
    ...recordedOrder('simple'),
    entity_id: index + 1,
    increment_id: `10000000${index + 1}`,
  }));
  bus = new RecordingBus();
  cursor = { updatedAt: magentoTime(night - dayMs), entityId: 0, isFirstLoad: false, writtenAt: 0 };
  now = night;
  for (const order of shop) publish(order);
});

function publish(order: MagentoOrder): void {
  const value = orderOf(order, { instance: 'us', store: 'default', website: 'base' });
  bus.broker.append(orders, orders.key(value), value);
}

async function wholePage({ createdFrom, afterEntityId, ...limits }: WholeOrdersPage) {
  const rows = shop
    .filter(({ entity_id, created_at }) => entity_id > afterEntityId && created_at >= createdFrom)
    .map(({ entity_id }) => ({ id: entity_id, updatedAt: '' }));
  const { items, ...rest } = await list.page(rows, limits);
  return { ...rest, items: items.map(({ id }) => shop.find(({ entity_id }) => entity_id === id)!) };
}

const clock = { now: () => now };

function sweep(): NightlySweep {
  return new NightlySweep({
    bus,
    clock,
    log: logTo([]),
    pages: new PageReader({ pageSize: 3, clock }),
    magento: { orders: { wholePage } as never },
    stores: { codeOf: async (id) => (id === 1 ? 'default' : null) },
    websites: { codeOf: async () => 'base' },
    cursors: {
      read: () => cursor,
      write: async (_resource, written) => void (cursor = { ...written, writtenAt: now }),
    },
    instance: 'us',
    since: 0,
    atMs: 3 * hourMs,
  });
}

const asked = () => bus.broker.values(refresh).map(({ key, reason }) => `${reason} ${key}`);

describe('the nightly sweep', () => {
  it('asks for what differs from what was published last, and for what was not published', async () => {
    shop[1]!.billing_address!.city = 'changed in the admin';
    shop[4]!.updated_at = '2026-11-23 23:59:59';
    shop.push({ ...recordedOrder('virtual'), entity_id: 9, increment_id: 'past-the-clock' });
    expect(await sweep().run()).toEqual({ rows: 8, requests: 3 });
    // The shop says how many are left: nothing is asked for behind the last.
    expect(list.asked).toEqual([3, 3, 3]);
    expect(asked()).toEqual([
      'nightly us/default/100000002',
      'nightly us/default/100000005',
      'nightly us/default/past-the-clock',
    ]);
  });

  it('runs once a night, and the first time in the night after the start', async () => {
    cursor = null;
    const one = sweep();
    shop[0]!.status = 'changed';
    await one.run();
    now += dayMs - 1;
    expect([await one.run(), list.asked]).toEqual([{ rows: 0, requests: 0 }, []]);
    now += 1;
    expect((await one.run()).requests).toBe(1);
    expect((await one.run()).rows).toBe(0);
  });

  it('begins anew when it was interrupted', async () => {
    list.isDown = true;
    const one = sweep();
    await expect(one.run()).rejects.toThrow('http.deadline');
    list.isDown = false;
    expect((await one.run()).rows).toBe(7);
  });

  it('parks by their ids the rows that cannot be read, and asks by its id for an order without store view', async () => {
    list.poison.add(2);
    shop[4]!.store_id = 2;
    await sweep().run();
    expect(asked()).toEqual(['nightly us/2', 'nightly us/5']);
  });

  it('leaves alone what is older than what the topic keeps: it cannot be known whether it was published', async () => {
    shop[0]!.status = 'changed';
    now = placed + 27 * dayMs + 9 * hourMs;
    expect((await sweep().run()).rows).toBe(0);
  });
});
