/** Real: the round, the mapping to the contract. Doubles: the shop, its pages, the topic, the cursor, the clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { customerKey } from '../../../schemas/keys.ts';
import type { Customer, Refresh } from '../../../schemas/types.ts';
import type { ReadAll, ReadAllOptions } from '../../platform/kafka/types.ts';
import { NotingBus } from '../testing/support.ts';
import { NightlyCustomers } from './nightly-customers.ts';
import { CustomerShop, aCustomer } from './testing/shop.ts';

const nowMs = Date.UTC(2026, 10, 23, 3, 0, 0);
const atMs = 9_000_000;
/** The nights at half past two. */
const [yesterday, today] = ['2026-11-22 02:30:00', '2026-11-23 02:30:00'] as const;

let shop: CustomerShop;
let bus: NotingBus;
let topic: Map<string, Customer | null>;
let reached: string | null;
let errors: object[];

beforeEach(async () => {
  shop = new CustomerShop();
  for (let id = 1; id <= 250; id += 1) shop.put(aCustomer({ id }));
  bus = new NotingBus();
  reached = yesterday;
  errors = [];
  topic = new Map();
  for (const source of shop.customers.values()) {
    const customer = (await shopCustomers().contractOf(source))!;
    topic.set(customerKey(customer), customer);
  }
});

const shopCustomers = () => shop.contracts({ now: () => nowMs });

const round = (goneShareMax = 0.1) =>
  new NightlyCustomers({
    bus: {
      publish: (contract, publication) => bus.publish(contract, publication),
      readAll: async (_contract, options) => {
        const reading = options as unknown as ReadAllOptions<Customer>;
        for (const [key, value] of topic) reading.onRecord({ key, value } as never);
        return { caughtUp: Promise.resolve(), stop: async () => undefined } as ReadAll;
      },
    },
    magento: shop.magento,
    shop: shopCustomers(),
    pages: (pageSize) => ({ read: (ask) => ask({ pageSize }) }),
    cursors: {
      read: () =>
        reached === null ? null : { updatedAt: reached, entityId: 0, isFirstLoad: false, writtenAt: nowMs },
      write: async (_name, { updatedAt }) => {
        reached = updatedAt;
      },
    },
    clock: { now: () => nowMs },
    log: { error: (fields: object) => errors.push(fields) } as never,
    instance: 'us',
    atMs,
    goneShareMax,
  });

const asked = () => bus.of<Refresh>('cartage.refresh').map(({ key }) => key);

describe('the round', () => {
  it('asks for what differs from the topic: an address, a group, what is missing on either side', async () => {
    const [home] = aCustomer().addresses;
    shop.put({ ...aCustomer({ id: 7 }), addresses: [{ ...home!, city: 'Boston' }] });
    shop.put(aCustomer({ id: 8, group_id: 2 }));
    shop.put(aCustomer({ id: 300 }));
    shop.customers.delete(9);
    topic.set('us/base/10', null);
    expect(await round().run()).toEqual({ rows: 250, requests: 5 });
    expect(asked().toSorted()).toEqual(
      ['us/base/7', 'us/base/8', 'us/base/300', 'us/base/9', 'us/base/10'].toSorted(),
    );
    const reasons = bus.of<Refresh>('cartage.refresh').map(({ reason, always }) => [reason, always]);
    const nightly = Array.from({ length: 4 }, () => ['nightly', false]);
    expect(reasons).toEqual([...nightly, ['missing', false]]);
  });

  it('asks for nothing when nothing differs, and pages through all', async () => {
    expect(await round().run()).toEqual({ rows: 250, requests: 0 });
    expect(shop.calls).toEqual(['after 0', 'after 100', 'after 200']);
    expect(reached).toBe(today);
  });

  it('asks for a customer under the key it had in another website', async () => {
    shop.put(aCustomer({ id: 7, website_id: 2 }));
    await round().run();
    expect(asked().toSorted()).toEqual(['us/b2b/7', 'us/base/7']);
  });

  it('asks for none of those that are missing when they are many, says so, and comes again the next night', async () => {
    for (let id = 1; id <= 30; id += 1) shop.customers.delete(id);
    shop.put(aCustomer({ id: 200, group_id: 2 }));
    expect(await round().run()).toEqual({ rows: 220, requests: 1 });
    expect([asked(), errors]).toEqual([
      ['us/base/200'],
      [expect.objectContaining({ code: 'customers.too_many_gone' })],
    ]);
    expect(await round().run()).toEqual({ rows: 0, requests: 0 });
    reached = yesterday;
    expect(await round(0.5).run()).toMatchObject({ requests: 31 });
  });

  it('asks for those that cannot be read or said: whoever serves the request says why', async () => {
    shop.put(aCustomer({ id: 5, created_at: 'some day' }));
    shop.odd.add(6);
    await round().run();
    expect(asked()).toEqual(['us/6', 'us/base/5']);
    expect(errors).toEqual([expect.objectContaining({ entityId: '6' })]);
  });

  it('is done once a night, and not on the first day: the sweep reads them all then', async () => {
    shop.customers.delete(1);
    for (const known of [today, null]) {
      reached = known;
      expect(await round().run()).toEqual({ rows: 0, requests: 0 });
      expect(reached).toBe(today);
    }
    expect(shop.calls).toEqual([]);
  });

  it('that is interrupted begins anew', async () => {
    const { customers } = shop.magento;
    const wholePage = customers.wholePage.bind(customers);
    customers.wholePage = async (page) => {
      if (page.afterEntityId >= 100) throw new Error('no answer');
      return wholePage(page);
    };
    shop.customers.delete(1);
    await expect(round().run()).rejects.toThrow('no answer');
    expect([asked(), reached]).toEqual([[], yesterday]);
  });
});
