/**
 * How the exporter is wired. Real: the ways into the ERP, as the configuration chooses them, down to the socket.
 * Doubles: the process, and a server that is asked once and breaks off.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectCustomers } from '../erp/customers/connect-customers.ts';
import { connectOrders } from '../erp/orders/connect-orders.ts';
import { customers as customersTopic, orders as ordersTopic } from '../../schemas/topics.ts';
import { customersSection } from '../platform/config/sections/customers.ts';
import { erpSection } from '../platform/config/sections/erp.ts';
import { ordersSection } from '../platform/config/sections/orders.ts';
import { configurationOf, processDouble } from '../platform/lifecycle/testing/process.ts';
import { exportCustomers } from './customers/export-customers.ts';
import { exportOrders } from './export-orders.ts';

/** First bytes of each connection. */
let heard: string[] = [];
let address: string;
const server = createServer((socket) => {
  socket.once('data', (bytes) => {
    heard.push(bytes.toString('latin1'));
    socket.destroy();
  });
});
beforeEach(async () => {
  heard = [];
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const admin = { lag: () => Promise.resolve([]), begins: () => Promise.resolve(new Map<number, number>()) };
const select = [{ sql: 'select 1' }];
const connection = () => ({ url: `postgres://erp@${address}/erp`, maxConnections: 3 });
const sql = (change: object = {}) => ({
  connection: connection(),
  orders: {
    lookup: 'select id, reference from orders where key = $key',
    create: select,
    settleMs: 7,
    ...change,
  },
});
const recipe = (change: object = {}) => ({
  recipe: {
    url: `http://${address}`,
    connections: 5,
    settleMs: 9,
    orders: {
      lookup: [{ send: 'GET /orders?ref={$key}' }],
      carries: '=ref = $key',
      document: { id: '=id' },
      create: { send: 'POST /orders', body: { ref: '=$key' } },
      ...change,
    },
  },
});
const customersRecipe = () => {
  const write = { body: { account: '=$key' } };
  const customers = {
    lookup: [{ send: 'GET /partners?account={$key}' }],
    partner: { id: '=id', key: '=account', email: '=mail' },
    create: { send: 'POST /partners', ...write },
    update: { send: 'PUT /partners/{$partner.id}', ...write },
    erase: { done: '=true' },
  };
  return { recipe: { ...recipe().recipe, customers } };
};
const configured = (erp: object) =>
  configurationOf({
    instance: 'us',
    erp: erpSection.parse(erp),
    orders: ordersSection.parse({ since: '2026-01-01T00:00:00Z', payments: {}, shipping: {}, stores: {} }),
    customers: customersSection.parse({}),
  });

describe('the way into the ERP', () => {
  it.each([
    ['SQL', sql, /\0user\0erp\0database\0erp/, { connections: 3, settleMs: 7, hasChange: false }],
    ['a recipe', recipe, /^GET \/orders\?ref=/, { connections: 5, settleMs: 9, hasChange: false }],
    ['SQL', () => sql({ change: select }), /user/, { hasChange: true }],
    [
      'a recipe',
      () =>
        recipe({
          change: [{ when: '=true', done: '=false', steps: [{ from: '=true', send: 'PUT /orders/1' }] }],
        }),
      /^GET/,
      { hasChange: true },
    ],
  ])('is %s where that is configured, with its own bounds', async (_way, erp, firstBytes, expected) => {
    const { process } = processDouble('order-exporter');
    const connected = await connectOrders(configured(erp()), process);
    expect(connected).toMatchObject(expected);
    await expect(connected.erp.lookup('us/default/1')).rejects.toMatchObject({ name: 'Unavailable' });
    expect(heard[0]).toMatch(firstBytes);
    const counted = await process.metrics.sinkFailures.get();
    expect(counted.values).toMatchObject([{ labels: { sink: 'erp' }, value: expect.any(Number) }]);
    await connected.close();
  });

  it('is none where nothing is configured, and says what to add', async () => {
    const { process } = processDouble('order-exporter');
    await expect(connectOrders(configured({}), process)).rejects.toThrow('add the statements or the recipe');
  });
});

describe('orders', () => {
  it('are read in the group of the process, and the ERP let go at its end', async () => {
    const { process, subscriptions, stops } = processDouble('order-exporter');
    await exportOrders(configured(sql()), process, 'on', admin);
    expect(subscriptions).toMatchObject([{ group: 'cartage.us.order-exporter', contracts: [ordersTopic] }]);
    expect(stops).toHaveLength(1);
    await stops[0]!();
  });

  it('are not exported by a recipe that makes sense with none of them', async () => {
    const { process, subscriptions } = processDouble('order-exporter');
    const senseless = recipe({ create: { send: 'POST /orders', body: { to: '=$order.custmer' } } });
    await expect(exportOrders(configured(senseless), process, 'on', admin)).rejects.toThrow(/custmer/);
    expect(subscriptions).toEqual([]);
    await exportOrders(configured(recipe()), process, 'on', admin);
    expect(subscriptions).toHaveLength(1);
  });
});

describe('customers', () => {
  const statements = { lookup: 'select 1', upsert: select, erase: select, settleMs: 7 };

  it('are read in a group of their own', async () => {
    const { process, subscriptions, stops } = processDouble('order-exporter');
    await exportCustomers(configured({ connection: connection(), customers: statements }), process, 'dry');
    expect(subscriptions).toMatchObject([
      { group: 'cartage.us.order-exporter.customers.dry', contracts: [customersTopic] },
    ]);
    expect(stops).toHaveLength(1);
    await stops[0]!();
  });

  it.each([
    [
      'SQL',
      () => ({ connection: connection(), customers: statements }),
      /\0user\0erp/,
      { connections: 3, settleMs: 7 },
    ],
    ['a recipe', () => customersRecipe(), /^GET \/partners/, { connections: 5, settleMs: 9 }],
  ])('go by %s where that is configured', async (_way, erp, firstBytes, expected) => {
    const { process } = processDouble('order-exporter');
    const connected = await connectCustomers(configured(erp()), process);
    expect(connected).toMatchObject(expected);
    const who = { key: 'us/base/1', website: 'base', email: '' };
    await expect(connected.erp.lookup(who)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(heard[0]).toMatch(firstBytes);
    await connected.close();
  });

  it.each([
    ['SQL', sql],
    ['a recipe', () => recipe()],
  ])('need what writes them, beside orders by %s', async (_way, erp) => {
    const { process } = processDouble('order-exporter');
    await expect(exportCustomers(configured(erp()), process, 'on')).rejects.toThrow(
      'Neither erp.customers nor erp.recipe.customers is configured',
    );
  });
});
