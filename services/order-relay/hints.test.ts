/** Real: the serving of hints. Doubles: the shop (recorded orders), publishing, the clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Order, Refresh } from '../../schemas/types.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { Unavailable } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome.ts';
import { hintFlow } from './hints.ts';
import { PublishedOrders } from './published.ts';
import { recordedOrder } from './recorded-orders.ts';
import { NotingBus, StandingClock, received } from './testing.ts';

const marginMs = 2_000;
const attempt: Attempt = { number: 1, mode: 'on', assertHeld: () => undefined };
const readTime = Date.UTC(2026, 10, 23, 9, 0, 0);

let shop: Map<string, MagentoOrder>;
let visibleAfter: number;
let requests: string[][];
let bus: NotingBus;
let clock: StandingClock;
let published: PublishedOrders;

beforeEach(() => {
  shop = new Map([
    ['000000001', recordedOrder('simple')],
    ['000000004', recordedOrder('virtual')],
  ]);
  visibleAfter = 0;
  requests = [];
  bus = new NotingBus();
  clock = new StandingClock(readTime);
  published = new PublishedOrders('us', marginMs);
});

function flow(mode: 'dry' | 'on' = 'on', since = 0) {
  return hintFlow({
    bus,
    clock,
    published,
    since,
    mode,
    instance: 'us',
    connections: 4,
    skewMs: () => 0,
    stores: {
      idOf: (code) => Promise.resolve(code === 'default' ? 1 : null),
      codeOf: (id) => Promise.resolve(id === 1 ? 'default' : null),
    },
    magento: {
      orders: {
        page: () => Promise.reject(new Error('not asked here')),
        byId: (id) => {
          requests.push([`#${id}`]);
          return Promise.resolve([...shop.values()].find(({ entity_id }) => entity_id === id) ?? null);
        },
        byIncrementIds: (_store, ids) => {
          requests.push([...ids]);
          const visible = clock.now() >= visibleAfter;
          return Promise.resolve(ids.flatMap((id) => (visible ? (shop.get(id) ?? []) : [])));
        },
      },
    },
  });
}

const orders = () => bus.of<Order>('magento.orders');
const updatedAt = '2026-11-23 08:07:07';

describe('a hint', () => {
  it('makes its order published whole, several by one request', async () => {
    const hints = [received({ key: 'us/default/000000001' }), received({ key: 'us/default/000000004' })];
    const results = await flow().apply(hints, attempt);
    expect(hints.map((hint) => results.get(hint))).toEqual([
      expect.objectContaining({ status: 'applied', targetId: '1' }),
      expect.objectContaining({ status: 'applied', targetId: '4' }),
    ]);
    expect(requests).toEqual([['000000001', '000000004']]);
    expect(orders().map(({ incrementId }) => incrementId)).toEqual(['000000001', '000000004']);
  });

  it('publishes nothing when the last published state is the same', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    const again = received({ key: 'us/default/000000001' });
    expect((await flow().apply([again], attempt)).get(again)).toMatchObject({ status: 'unchanged' });
    expect(orders()).toHaveLength(1);
  });

  it('publishes in any case when an operator asks', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    await flow().apply([received({ key: 'us/default/000000001', seen: null })], attempt);
    expect(orders()).toHaveLength(2);
  });

  it('is not even read when that state was published, read after its own second', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    const known = received({ key: 'us/default/000000001', seen: updatedAt });
    expect((await flow().apply([known], attempt)).get(known)).toMatchObject({ status: 'unchanged' });
    expect(requests).toHaveLength(1);
  });

  it('is read again when the state was read within its own second: the shop may have written once more', async () => {
    clock.time = Date.UTC(2026, 10, 23, 8, 7, 7, 500);
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    shop.get('000000001')!.status = 'written twice';
    clock.time = readTime;
    await flow().apply([received({ key: 'us/default/000000001', seen: updatedAt })], attempt);
    expect(orders().map(({ status }) => status)).toEqual(['pending', 'written twice']);
  });

  it('waits for an order that is not committed yet', async () => {
    visibleAfter = readTime + 900;
    const hint = received({ key: 'us/default/000000001', requestedAt: readTime });
    expect((await flow().apply([hint], attempt)).get(hint)).toMatchObject({ status: 'applied' });
    expect(clock.waits).toEqual([250, 750]);
  });

  it('is rejected when the order is not there in the end; an old one at once; others of the batch go on', async () => {
    const young = received({ key: 'us/default/000000009', requestedAt: readTime });
    const old = received({ key: 'us/default/000000008', requestedAt: readTime - 60_000 });
    const good = received({ key: 'us/default/000000001', requestedAt: readTime });
    const results = await flow().apply([young, old, good], attempt);
    expect([young, old].map((hint) => results.get(hint))).toEqual([
      expect.objectContaining({ fault: expect.objectContaining({ code: 'order.not_found' }) }),
      expect.objectContaining({ fault: expect.objectContaining({ code: 'order.not_found' }) }),
    ]);
    expect(results.get(good)).toMatchObject({ status: 'applied' });
    expect(requests.slice(1)).toEqual([['000000009'], ['000000009'], ['000000009']]);
  });

  it('for an order of before orders.since does nothing', async () => {
    const hint = received({ key: 'us/default/000000001', seen: null });
    const results = await flow('on', Date.UTC(2026, 10, 24)).apply([hint], attempt);
    expect(results.get(hint)).toMatchObject({ status: 'unchanged', cause: 'placed before orders.since' });
    expect(orders()).toEqual([]);
  });

  it('dry: says what it would publish', async () => {
    const hint = received({ key: 'us/default/000000001' });
    const results = await flow('dry').apply([hint], { ...attempt, mode: 'dry' });
    expect(results.get(hint)).toMatchObject({ status: 'dry', cause: 'would publish state new' });
    expect(bus.published).toEqual([]);
  });

  it('fails alone when its publishing fails, and is not taken for published', async () => {
    bus.fail = new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' });
    const hint = received({ key: 'us/default/000000001' });
    expect((await flow().apply([hint], attempt)).get(hint)).toBe(bus.fail);
    bus.fail = null;
    await flow().apply([hint], attempt);
    expect(orders()).toHaveLength(1);
  });

  it('of an unknown store is rejected', async () => {
    const hint = received({ key: 'us/nowhere/1' });
    const result = (await flow().apply([hint], attempt)).get(hint);
    expect(result).toMatchObject({ fault: { code: 'order.store_unknown' } });
  });
});

describe('a hint by id', () => {
  it('is asked again under the key of the order, with what was seen', async () => {
    const hint = received({ key: 'us/?/4', seen: null, reason: 'operator', requestedBy: 'jane' });
    const results = await flow().apply([hint], attempt);
    expect(results.get(hint)).toMatchObject({ status: 'applied', targetId: 'us/default/000000004' });
    expect(bus.of<Refresh>('cartage.refresh')).toEqual([
      expect.objectContaining({
        key: 'us/default/000000004',
        seen: null,
        reason: 'operator',
        requestedBy: 'jane',
      }),
    ]);
    expect(orders()).toEqual([]);
  });
});

describe('of the hints of others', () => {
  it('those of other topics, instances and shapes are left alone', () => {
    const accepts = flow().accepts!;
    expect(accepts(received({ key: 'us/default/1' }))).toBe(true);
    expect(accepts(received({ key: 'us/?/1' }))).toBe(true);
    for (const key of ['eu/default/1', 'us/1', 'us/?/abc']) expect(accepts(received({ key }))).toBe(false);
    expect(accepts(received({ key: 'us/default/1', topic: 'erp.stock' }))).toBe(false);
  });

  it.each([
    ['a', 'a', 'a'],
    ['a', 'b', 'unknown'],
    [null, 'b', null],
    ['a', null, null],
    ['unknown', 'b', 'unknown'],
  ])('seen %s then %s: together %s', (older, newer, together) => {
    const key = 'us/default/1';
    const merged = flow().merge!(received({ key, seen: older }), received({ key, seen: newer }));
    expect(merged.value?.seen).toBe(together);
  });
});
