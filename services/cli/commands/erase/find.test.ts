/** Real: who is found. Double: the topics, as lists. */
import { describe, expect, it } from '@jest/globals';
import { customers, orders, parked } from '../../../../schemas/topics.ts';
import type { Bus, ReadAllOptions } from '../../../platform/kafka/types.ts';
import type { ValueReader } from '../../../platform/kafka/value-reader.ts';
import { Rejected } from '../../../platform/errors.ts';
import { find, ofCustomer, ofOrder } from './find.ts';
import type { Meant } from './find.ts';

const customer = (customerId: number, email: string) => ({ customerId, email });
const order = (customerId: number | null, email: string | null) => ({ customer: { customerId, email } });
const held = (topic: string, key: string, value: object | string) => ({
  topic,
  key,
  parkedAt: 0,
  recordValue: Buffer.from(JSON.stringify(value)),
});

const onTopics: Record<string, [key: string, value: object | null][]> = {
  [customers.topic]: [
    ['us/base/1', customer(1, 'Jane@Example.com')],
    ['us/b2b/2', customer(2, 'jane@example.com ')],
    ['us/base/3', customer(3, 'jane@example.com')],
    ['us/base/3', customer(3, 'joe@example.com')], // gave it up
    ['us/base/4', customer(4, 'jane@example.com')],
    ['us/base/4', null], // is erased already
  ],
  [orders.topic]: [
    ['us/default/1', order(1, 'earlier@example.com')],
    ['us/default/2', order(null, 'JANE@example.com')],
    ['us/default/3', order(3, 'joe@example.com')],
    ['us/default/4', order(null, null)],
  ],
  [parked.topic]: [
    ['a', held(customers.topic, 'us/base/1', customer(1, 'jane@example.com'))],
    ['b', held(customers.topic, 'us/base/9', customer(9, 'ann@example.com'))],
    ['c', held(orders.topic, 'us/default/5', order(2, 'work@example.com'))],
    ['d', held(orders.topic, 'us/default/1', 'garbage')],
    ['e', held(customers.topic, 'us/base/8', 'garbage')],
  ],
};

const bus = {
  readAll: (contract: { topic: string }, options: ReadAllOptions<object>) => {
    for (const [key, value] of onTopics[contract.topic]!)
      options.onRecord({ key, value, publishedAt: 1_000 } as never);
    return Promise.resolve({ caughtUp: Promise.resolve(), stop: () => Promise.resolve() });
  },
} as unknown as Bus;

const reader = {
  read(_topic: string, bytes: Buffer) {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === 'object') return Promise.resolve(value);
    return Promise.reject(new Rejected({ code: 'record.unreadable', what: 'no value', fix: 'none' }));
  },
} as unknown as ValueReader;

async function found(meant: Meant) {
  const { orders: ordered, customers: accounts, parkedKeys, unreadable } = await find(bus, reader, meant);
  return { customers: [...accounts.keys], orders: [...ordered.keys], parkedKeys, unreadable };
}

describe('what lies of a customer', () => {
  it('is by e-mail: his accounts on all websites, and what they ordered under whatever e-mail', async () => {
    expect(await found(ofCustomer(' jane@EXAMPLE.com'))).toEqual({
      customers: ['us/base/1', 'us/b2b/2', 'us/base/4'],
      orders: ['us/default/1', 'us/default/2', 'us/default/5'],
      parkedKeys: ['a', 'c'],
      unreadable: ['d', 'e'],
    });
  });

  it('is by id that account alone', async () => {
    const { customers: accounts, orders: ordered } = await found(ofCustomer('3'));
    expect([accounts, ordered]).toEqual([['us/base/3'], ['us/default/3']]);
  });

  it('is nothing of those without an e-mail where none is meant', async () => {
    expect(await found(ofCustomer(' '))).toMatchObject({ customers: [], orders: [], parkedKeys: [] });
  });
});

it('of one order is nothing of his account', async () => {
  expect(await found(ofOrder('us/default/1'))).toEqual({
    customers: [],
    orders: ['us/default/1'],
    parkedKeys: [],
    unreadable: ['d'],
  });
});
