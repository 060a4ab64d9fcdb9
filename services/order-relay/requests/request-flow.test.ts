/** Real: the serving of requests. Doubles: the shop (recorded orders), publishing, the clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { orders as ordersContract } from '../../../schemas/topics.ts';
import type { Order, Refresh } from '../../../schemas/types.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import type { Store } from '../../magento/store.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import type { Attempt } from '../../platform/flow/outcome/outcome.ts';
import { orderRequests } from '../orders/order-requests.ts';
import { recordedOrder } from '../orders/testing/recorded-orders.ts';
import { PublishedStates } from './published.ts';
import { refreshRequestFlow } from './request-flow.ts';
import { NotingBus, StandingClock, received } from '../testing/support.ts';
import type { Mode } from '../../platform/groups.ts';

const marginMs = 2_000;
const attempt: Attempt = { number: 1, mode: 'on', assertCurrent: () => undefined };
const readTime = Date.UTC(2026, 10, 23, 9, 0, 0);

let shop: Map<string, MagentoOrder>;
let visibleAfter: number;
/** By id. */
let failing: Map<number, Error>;
let firstSeen: string[];
let calls: string[][];
let bus: NotingBus;
let clock: StandingClock;
let published: PublishedStates<Order>;

beforeEach(() => {
  shop = new Map([
    ['000000001', recordedOrder('simple')],
    ['000000004', recordedOrder('virtual')],
  ]);
  visibleAfter = 0;
  failing = new Map();
  calls = [];
  firstSeen = [];
  bus = new NotingBus();
  clock = new StandingClock(readTime);
  published = nothingPublished();
});

function nothingPublished(): PublishedStates<Order> {
  const contract = ordersContract;
  return new PublishedStates({ contract, instance: 'us', marginMs, clock, onWentBack: () => undefined });
}

function flow(mode: Mode = 'on', since = 0) {
  const requests = orderRequests({
    bus,
    clock,
    published,
    since,
    instance: 'us',
    skewMs: () => 0,
    onFirstSeen: ({ createdAt }, { reason }) => firstSeen.push(`${reason} ${createdAt > 0}`),
    stockMoves: { follow: () => Promise.resolve() },
    optionLabels: { addTo: (order) => Promise.resolve({ ...order, storeName: 'as the shop names it now' }) },
    websites: { codeOf: () => Promise.resolve('base') },
    stores: {
      idOf: (code) => Promise.resolve(code === 'default' ? 1 : null),
      codeOf: (id) => Promise.resolve(id === 1 ? 'default' : null),
    },
    magento: {
      store: { views: () => Promise.resolve([]) } as unknown as Store,
      orders: {
        page: () => Promise.reject(new Error('not asked here')),
        wholePage: () => Promise.reject(new Error('not asked here')),
        openPage: () => Promise.reject(new Error('not asked here')),
        linesOf: () => Promise.reject(new Error('not asked here')),
        inBrief: () => Promise.reject(new Error('not asked here')),
        cancel: () => Promise.reject(new Error('not asked here')),
        numbered: () => Promise.reject(new Error('not asked here')),
        byId: (id) => {
          calls.push([`#${id}`]);
          if (failing.has(id)) return Promise.reject(failing.get(id)!);
          return Promise.resolve([...shop.values()].find(({ entity_id }) => entity_id === id) ?? null);
        },
        byIncrementIds: (_store, ids) => {
          calls.push([...ids]);
          const visible = clock.now() >= visibleAfter;
          const items = ids.flatMap((id) => (visible ? (shop.get(id) ?? []) : []));
          return Promise.resolve({ items, unreadable: [] });
        },
      },
    },
  });
  return refreshRequestFlow({
    name: 'orders',
    requests,
    mode,
    callsAtOnce: () => 4,
    probe: async () => undefined,
  });
}

const orders = () => bus.of<Order>('magento.orders');
const updatedAt = '2026-11-23 08:07:07';

describe('a request', () => {
  it('makes its order published whole, several by one request', async () => {
    const requests = [received({ key: 'us/default/000000001' }), received({ key: 'us/default/000000004' })];
    const results = await flow().apply(requests, attempt);
    expect(requests.map((request) => results.get(request))).toEqual([
      expect.objectContaining({ status: 'applied', targetId: '1' }),
      expect.objectContaining({ status: 'applied', targetId: '4' }),
    ]);
    expect(calls).toEqual([['000000001', '000000004']]);
    expect(orders().map(({ incrementId }) => incrementId)).toEqual(['000000001', '000000004']);
  });

  it('tells which way an order was seen by first, and of no later one', async () => {
    const ask = (reason: string) =>
      flow().apply([received({ key: 'us/default/000000001', reason, always: true })], attempt);
    await ask('sweep');
    const changed = { status: 'processing', updated_at: '2026-11-23 08:07:09' };
    shop.set('000000001', { ...recordedOrder('simple'), ...changed });
    await ask('webhook');
    expect(firstSeen).toEqual(['sweep true']);
    expect(orders()).toHaveLength(2);
  });

  it('is the same state whatever things are called now', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    expect(orders()).toMatchObject([{ storeName: 'as the shop names it now' }]);
  });

  it('publishes nothing when the last published state is the same', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    const again = received({ key: 'us/default/000000001' });
    expect((await flow().apply([again], attempt)).get(again)).toMatchObject({ status: 'unchanged' });
    expect(orders()).toHaveLength(1);
  });

  it('publishes in any case when an operator asks', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    const operator = { always: true, requestedAt: readTime, reason: 'operator' };
    await flow().apply([received({ key: 'us/default/000000001', ...operator })], attempt);
    expect(orders()).toHaveLength(2);
  });

  it('is not even read when that state was published, read after its own second', async () => {
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    const known = received({ key: 'us/default/000000001', seen: updatedAt });
    expect((await flow().apply([known], attempt)).get(known)).toMatchObject({ status: 'unchanged' });
    expect(calls).toHaveLength(1);
  });

  it('is read again when the state was read within its own second: the shop may have written once more', async () => {
    clock.time = Date.UTC(2026, 10, 23, 8, 7, 7, 500);
    await flow().apply([received({ key: 'us/default/000000001' })], attempt);
    shop.get('000000001')!.status = 'written twice';
    clock.time = readTime;
    await flow().apply([received({ key: 'us/default/000000001', seen: updatedAt })], attempt);
    expect(orders().map(({ status }) => status)).toEqual(['pending', 'written twice']);
  });

  it('is looked for again, without a word, while the order is not there; the others of the batch go on', async () => {
    const young = received({ key: 'us/default/000000009', reason: 'webhook', requestedAt: readTime });
    const good = received({ key: 'us/default/000000001', requestedAt: readTime });
    const results = await flow().apply([young, good], attempt);
    expect(results.get(young)).toMatchObject({ name: 'Unavailable', notYet: true });
    expect(results.get(good)).toMatchObject({ status: 'applied' });
    clock.time += 10_000;
    expect((await flow().apply([young], attempt)).get(young)).toEqual({
      status: 'unchanged',
      cause: 'the shop has no order us/default/000000009',
    });
  });

  it('of a sweep has seen its order in a list: that one is only behind', async () => {
    const swept = received({ key: 'us/default/000000009', requestedAt: readTime - 60_000 });
    expect((await flow().apply([swept], attempt)).get(swept)).toMatchObject({ notYet: true });
  });

  it('brings the time of its change with it; history and repair do not', async () => {
    const times = new Map<string, unknown>();
    for (const reason of ['webhook', 'sweep', 'first load', 'document', 'nightly', 'went back', 'operator']) {
      published = nothingPublished();
      await flow().apply([received({ key: 'us/default/000000001', reason })], attempt);
      times.set(reason, orders().at(-1)!.occurredAt);
    }
    const updated = Date.UTC(2026, 10, 23, 8, 7, 7);
    expect([...times.values()]).toEqual([updated, updated, null, null, null, null, null]);
  });

  it('brings no time when the update time did not move: it is that of an earlier change', async () => {
    await flow().apply([received({ key: 'us/default/000000001', reason: 'webhook' })], attempt);
    shop.get('000000001')!.status = 'shipped once more';
    await flow().apply([received({ key: 'us/default/000000001', reason: 'webhook' })], attempt);
    expect(orders().map(({ occurredAt }) => occurredAt === null)).toEqual([false, true]);
  });

  it('for an order of before orders.since does nothing', async () => {
    const request = received({ key: 'us/default/000000001', always: true });
    const results = await flow('on', Date.UTC(2026, 10, 24)).apply([request], attempt);
    expect(results.get(request)).toMatchObject({ status: 'unchanged', cause: 'placed before orders.since' });
    expect(orders()).toEqual([]);
  });

  it('publishes in dry as well: a topic changes neither shop nor ERP, and the exporter needs orders to judge', async () => {
    const request = received({ key: 'us/default/000000001' });
    const results = await flow('dry').apply([request], { ...attempt, mode: 'dry' });
    expect(results.get(request)).toMatchObject({ status: 'applied' });
    expect(orders()).toHaveLength(1);
  });

  it('fails alone when its publishing fails, and is not taken for published', async () => {
    bus.fail = new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' });
    const request = received({ key: 'us/default/000000001' });
    expect((await flow().apply([request], attempt)).get(request)).toBe(bus.fail);
    bus.fail = null;
    await flow().apply([request], attempt);
    expect(orders()).toHaveLength(1);
  });

  it('of an unknown store changes nothing', async () => {
    const request = received({ key: 'us/nowhere/1' });
    const result = (await flow().apply([request], attempt)).get(request);
    expect(result).toMatchObject({ status: 'unchanged', cause: expect.stringContaining('us/nowhere/1') });
  });
});

describe('a request by id', () => {
  it('is asked again under the key of the order, with what was seen', async () => {
    const request = received({
      key: 'us/4',
      entityId: 4,
      always: true,
      reason: 'operator',
      requestedBy: 'jane',
    });
    const results = await flow().apply([request], attempt);
    expect(results.get(request)).toMatchObject({ status: 'applied', targetId: 'us/default/000000004' });
    expect(bus.of<Refresh>('cartage.refresh')).toEqual([
      expect.objectContaining({
        key: 'us/default/000000004',
        entityId: null,
        always: true,
        reason: 'operator',
        requestedBy: 'jane',
      }),
    ]);
    expect(orders()).toEqual([]);
  });
});

describe('an order without store view or number', () => {
  it('is held under its id, and says why: many of them must not stop the flow', async () => {
    shop.get('000000004')!.store_id = 2;
    const request = received({ key: 'us/4', entityId: 4 });
    expect((await flow().apply([request], attempt)).get(request)).toMatchObject({
      name: 'Held',
      fault: { code: 'order.without_store_view', what: expect.stringContaining('id 4') },
    });
  });

  it('or another fault of one id leaves the others of the batch alone', async () => {
    const [odd, good] = [received({ key: 'us/7', entityId: 7 }), received({ key: 'us/4', entityId: 4 })];
    failing.set(7, new Rejected({ code: 'magento.row_unreadable', what: 'odd', fix: 'look' }));
    const results = await flow().apply([odd, good], attempt);
    expect(results.get(odd)).toBe(failing.get(7));
    expect(results.get(good)).toMatchObject({ status: 'applied' });
  });
});

describe('of the requests of others', () => {
  it('those of other topics, instances and shapes are left alone', () => {
    const accepts = flow().accepts!;
    expect(accepts(received({ key: 'us/default/1' }))).toBe(true);
    expect(accepts(received({ key: 'us/1', entityId: 1 }))).toBe(true);
    for (const key of ['eu/default/1', 'us/1', 'us/default/']) expect(accepts(received({ key }))).toBe(false);
    expect(accepts(received({ key: 'us/default/1', topic: 'erp.stock' }))).toBe(false);
  });

  it('a forced one stays beside one that is content with what is published, and both wait for each other', () => {
    const { identityOf, lockOf } = flow();
    const key = 'us/default/1';
    const asked = [{}, {}, { seen: 'a' }, { seen: 'b' }, { always: true }, { always: null }];
    const requests = asked.map((one) => received({ key, ...one }));
    expect(new Set(requests.map((request) => identityOf!(request))).size).toBe(4);
    expect(new Set(requests.map((request) => lockOf!(request))).size).toBe(1);
  });
});

it('waits as long as a publish of its own may still land, and serves one request of a key at a time', () => {
  const { name, settleMs, lockOf, batchSize, concurrency, creates } = flow();
  expect([name, settleMs, creates, concurrency()]).toEqual(['orders', 15_000, undefined, 4]);
  expect(lockOf!(received({ key: 'us/default/1', always: true }))).toBe('us/default/1');
  expect(batchSize('us/default')).toBeGreaterThan(1);
});
