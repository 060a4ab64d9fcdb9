/** Real: the serving of requests for customers. Doubles: the shop, publishing, the clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { customers as contract } from '../../../schemas/topics.ts';
import type { Customer, Refresh } from '../../../schemas/types.ts';
import { RecordedSpans } from '../../platform/telemetry/testing/recorded-spans.ts';
import { startSpan, traceparentOf, underSpan } from '../../platform/telemetry/tracing.ts';
import { NotingBus, StandingClock, received } from '../testing/support.ts';
import { PublishedStates } from '../requests/published.ts';
import type { RelayRequest } from '../requests/request.ts';
import { customerRequests } from './customer-requests.ts';
import { CustomerShop, aCustomer } from './testing/shop.ts';

// Traces are those of a tracer that records.
void new RecordedSpans();

const readTime = Date.UTC(2026, 10, 23, 9, 0, 0);
const key = 'us/base/1';

let shop: CustomerShop;
let bus: NotingBus;
let clock: StandingClock;
let published: PublishedStates<Customer>;

beforeEach(() => {
  shop = new CustomerShop(aCustomer());
  bus = new NotingBus();
  clock = new StandingClock(readTime);
  published = new PublishedStates({
    contract,
    instance: 'us',
    marginMs: 2_000,
    clock,
    onWentBack: () => undefined,
  });
});

function requests() {
  return customerRequests({
    bus,
    clock,
    published,
    magento: shop.magento,
    shop: shop.contracts(clock),
    instance: 'us',
    skewMs: () => 0,
  });
}

const asked = (more: Partial<Refresh> & { key: string }) => received({ topic: contract.topic, ...more });

async function serve(...those: RelayRequest[]) {
  const results = await requests().serve(those);
  return those.map((request) => results.get(request));
}

const customers = () => bus.of<Customer>(contract.topic);
const askedAgain = () => bus.of<Refresh>('cartage.refresh').map((request) => request.key);

it('is published under the trace of its own request, or of the one that is served alone', async () => {
  const trace = (id: number) => `00-${String(id).repeat(32)}-${String(id).repeat(16)}-01`;
  const span = startSpan('process');
  for (const id of [2, 3]) shop.put(aCustomer({ id }));
  const [alone, ...others] = [1, 2, 3].map((id) =>
    received({ key: `us/base/${id}`, topic: contract.topic }, trace(id)),
  );
  await underSpan(span, () => serve(alone!));
  await underSpan(span, () => serve(...others));
  expect(bus.published.map(({ traceparent }) => traceparent)).toEqual([
    traceparentOf(span),
    trace(2),
    trace(3),
  ]);
});

describe('a request for a customer', () => {
  it('makes it published whole: websites, views and groups in words, addresses by their ids', async () => {
    expect(await serve(asked({ key }))).toEqual([expect.objectContaining({ status: 'applied' })]);
    expect(customers()).toEqual([
      expect.objectContaining({
        instance: 'us',
        website: 'base',
        customerId: 1,
        store: 'default',
        group: 'General',
        email: 'Jane@Example.com',
        updatedAt: Date.UTC(2026, 10, 23, 8, 3, 41),
        occurredAt: Date.UTC(2026, 10, 23, 8, 3, 41),
        addresses: [expect.objectContaining({ addressId: 1, region: 'IL', isDefaultBilling: true })],
      }),
    ]);
  });

  it('says when it changed where that was told, and not on a first load or a repair', async () => {
    await serve(asked({ key, reason: 'first load' }));
    shop.put(aCustomer({ updated_at: '2026-11-23 08:59:00', group_id: 2 }));
    await serve(asked({ key, reason: 'webhook' }));
    const updatedAt = Date.UTC(2026, 10, 23, 8, 59, 0);
    expect(customers().map(({ occurredAt }) => occurredAt)).toEqual([null, updatedAt]);
    expect(customers()[1]!.version.number).toBe(updatedAt);
  });

  it('that reads older than what was published is waited for, and never published', async () => {
    shop.put(aCustomer({ updated_at: '2026-11-23 08:59:00' }));
    await serve(asked({ key }));
    shop.put(aCustomer());
    const young = { key, always: true, requestedAt: readTime };
    expect(await serve(asked(young))).toEqual([
      expect.objectContaining({ fault: expect.objectContaining({ code: 'request.not_visible_yet' }) }),
    ]);
    clock.time += 3_600_000;
    expect(await serve(asked(young))).toEqual([expect.objectContaining({ status: 'unchanged' })]);
    expect(customers()).toHaveLength(1);
  });

  it('publishes nothing when all is as it was, and publishes when an address or the name of the group is not', async () => {
    const sweep = { key, always: false };
    await serve(asked(sweep));
    expect(await serve(asked(sweep))).toEqual([expect.objectContaining({ status: 'unchanged' })]);
    const [home] = aCustomer().addresses;
    shop.put({ ...aCustomer(), addresses: [{ ...home!, city: 'Boston' }] });
    await serve(asked(sweep));
    shop.groups.set(1, 'Everybody');
    await serve(asked(sweep));
    expect(customers().map(({ addresses, group }) => [addresses[0]!.city, group])).toEqual([
      ['Chicago', 'General'],
      ['Boston', 'General'],
      ['Boston', 'Everybody'],
    ]);
  });

  it('is a tombstone when the shop does not have it, which a list alone does not say', async () => {
    shop.unlisted.add(1);
    await serve(asked({ key }), asked({ key: 'us/base/7' }));
    expect(new Set(customers().map((customer) => customer?.customerId ?? 'gone'))).toEqual(
      new Set([1, 'gone']),
    );
    expect(bus.tombstones).toEqual([`${contract.topic} us/base/7`]);
    expect(shop.calls).toEqual(['in 1,7', 'id 1', 'id 7']);
  });

  it('waits for one that is not committed yet, and not for one that was there', async () => {
    const young = { reason: 'webhook', requestedAt: readTime };
    await serve(asked({ key, ...young }));
    shop.customers.delete(1);
    const [gone, never] = await serve(asked({ key, ...young }), asked({ key: 'us/base/8', ...young }));
    expect(gone).toMatchObject({ status: 'applied' });
    expect(never).toMatchObject({ fault: { code: 'request.not_visible_yet' } });
    expect(bus.tombstones).toEqual([`${contract.topic} ${key}`]);
    clock.time += 60_000;
    await serve(asked({ key: 'us/base/8', ...young }));
    expect(bus.tombstones).toEqual([`${contract.topic} ${key}`, `${contract.topic} us/base/8`]);
  });

  it('that has moved to another website leaves its old key', async () => {
    shop.put(aCustomer({ website_id: 2 }));
    await serve(asked({ key }));
    expect([bus.tombstones, askedAgain(), customers()]).toEqual([
      [`${contract.topic} ${key}`],
      ['us/b2b/1'],
      [null],
    ]);
  });

  it('fails alone when it cannot be said, and the others go on', async () => {
    shop.put(aCustomer({ id: 2, created_at: 'some day' }));
    shop.put(aCustomer({ id: 3 }));
    shop.odd.add(3);
    const [good, ...bad] = await serve(
      ...['us/base/1', 'us/base/2', 'us/base/3'].map((one) => asked({ key: one })),
    );
    expect(good).toMatchObject({ status: 'applied' });
    expect(bad).toMatchObject([
      { fault: { code: 'customer.unreadable' } },
      { fault: { code: 'magento.row_unreadable' } },
    ]);
  });
});

describe('a request by id', () => {
  it('is asked again under the key of the customer', async () => {
    await serve(asked({ key: 'us/1', entityId: 1, reason: 'webhook' }));
    expect([askedAgain(), customers()]).toEqual([[key], []]);
  });

  it('of one that is gone is asked again under the key of each website', async () => {
    await serve(asked({ key: 'us/9', entityId: 9 }));
    expect(askedAgain().toSorted()).toEqual(['us/admin/9', 'us/b2b/9', 'us/base/9']);
    expect(bus.tombstones).toEqual([]);
  });
});

it('requests of orders, other instances and other shapes are left alone', () => {
  const accepts = (more: Partial<Refresh> & { key: string }) =>
    requests().batchGroupOf(asked(more).value) !== null;
  expect([accepts({ key }), accepts({ key: 'us/1', entityId: 1 })]).toEqual([true, true]);
  for (const other of ['eu/base/1', 'us/1', 'us/base/', 'us/base/x'])
    expect(accepts({ key: other })).toBe(false);
  expect(accepts({ key, topic: 'magento.orders' })).toBe(false);
});
