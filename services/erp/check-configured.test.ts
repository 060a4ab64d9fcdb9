/** What `cartage check` asks of an ERP, by its configuration. Real: all checks. Doubles: a database, an HTTP API. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { erpSection } from '../platform/config/sections/erp.ts';
import { checkConfiguredErp } from './check-configured.ts';
import { PostgresDouble } from './testing/postgres-double.ts';

let server: PostgresDouble;
let api: Server;
let paths: string[];
let items: object[];
beforeEach(async () => {
  [paths, items] = [[], [{ id: 7, sku: 'A', source: 'W', quantity: '1', modified: '2026-01-02T03:04:05Z' }]];
  server = (await PostgresDouble.start())
    .on(/pg_timezone_names/, [{ own: 'UTC', is_known: true, is_utc: true }])
    .on(/^explain execute/, [])
    .on(/^select \* from \([\s\S]*limit 0$/, { columns: { id: 25, source: 25, sku: 25, quantity: 1700 } })
    .on(/format_type/, [
      { oid: '25', name: 'text' },
      { oid: '1700', name: 'numeric' },
    ]);
  api = createServer((request, response) => {
    paths.push(request.url!);
    response.end(JSON.stringify(request.url!.startsWith('/orders') ? [] : items));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
  await server.stop();
});

const apiUrl = () => `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
const stock = {
  topic: 'erp.stock',
  key: { id: 'int' },
  watch: [
    { table: 'item', key: 'id' },
    { table: 'move', via: 'select item_id from move where id = any($rows)' },
  ],
  query: 'select * from stock where $keys is null',
  find: 'select id from item where sku = any($records)',
};
const written = {
  orders: {
    lookup: 'select id from sale where key = $key',
    create: [
      { name: 'sale', sql: 'insert into sale values ($key)' },
      { sql: 'insert into line values ($sale)' },
    ],
  },
  customers: {
    lookup: 'select id from partner where key = $key',
    upsert: [{ sql: 'insert into partner values ($key)' }],
    erase: [{ sql: 'delete from partner where key = $key' }],
  },
};
const polled = { source: { kind: 'polling', tables: {} } };
const check = async (more: object, connection: object = { url: server.url }) =>
  (await checkConfiguredErp(erpSection.parse({ connection, ...more }))).map(
    ({ level, code, what }) => `${level} ${code} ${what}`,
  );

describe('an ERP that is configured', () => {
  it('with nothing is asked nothing', async () => {
    expect(await checkConfiguredErp(erpSection.parse({}))).toEqual([]);
    expect(server.logIns).toEqual([]);
  });

  it('with orders and customers has every statement of theirs tried', async () => {
    expect(await check(written)).toEqual([
      'ok erp.reachable The ERP database answers',
      ...[
        'erp.orders.lookup',
        'erp.orders.sale',
        'erp.orders.create_2',
        'erp.customers.lookup',
        'erp.customers.upsert_1',
        'erp.customers.erase_1',
      ].map((where) => `ok erp.sql ${where} is accepted by the database`),
    ]);
  });

  it('looks whether the replica is a standby', async () => {
    server.on(/pg_is_in_recovery/, [{ standby: false }]);
    const findings = await check(written, { url: server.url, replicaUrl: server.url });
    expect(findings.filter((finding) => finding.startsWith('fail'))).toEqual([
      'fail erp.replica erp.connection.replicaUrl leads to a server that is no standby',
    ]);
  });

  it('with a role of its own for writing has each tried by its own', async () => {
    const writerUrl = server.url.replace('cartage:', 'writer:');
    const findings = await checkConfiguredErp(
      erpSection.parse({
        connection: { url: server.url, writerUrl },
        streams: { stock },
        ...polled,
        ...written,
      }),
    );
    expect(server.logIns.map(({ user }) => user).slice(0, 2)).toEqual(['cartage', 'writer']);
    expect(findings.filter(({ code }) => code === 'erp.reachable')).toHaveLength(2);
    expect(findings.filter(({ what }) => what.startsWith('erp.orders'))).toHaveLength(3);
  });

  it('with streams has their queries, ways back and ways round tried', async () => {
    const findings = await check({ streams: { stock }, source: { kind: 'postgres-log' } });
    expect(findings.filter((finding) => finding.includes('erp.sql'))).toEqual([]);
    // Nothing of the log was told to the double: who reads it is asked first.
    expect(findings.at(-1)).toContain('fail');
    const polling = await check({ streams: { stock }, ...polled });
    expect(polling.slice(0, 6)).toEqual([
      'ok erp.reachable The ERP database answers',
      'ok erp.timezone The queries of the streams run in UTC',
      'ok erp.sql erp.streams.stock.query is accepted by the database',
      expect.stringContaining('ok erp.query_columns'),
      expect.stringContaining('ok erp.column_type'),
      'ok erp.sql erp.streams.stock.find is accepted by the database',
    ]);
    expect(polling[6]).toContain('erp.streams.stock via public.move');
  });

  it('has the calendar of its streams judged by its time zone', async () => {
    server.on(/pg_timezone_names/, [{ own: 'Europe/Vienna', is_known: true, is_utc: false }]);
    const zoned = async (more: object) =>
      (await check({ streams: { stock: { ...stock, ...more } }, ...polled }))[1]!.slice(0, 17);
    expect([await zoned({}), await zoned({ again: '5 0 * * *' })]).toEqual([
      'ok erp.timezone T',
      'warn erp.timezone',
    ]);
  });

  it('has its address, and its SQL, judged before anything is asked', async () => {
    expect(await check(written, { url: 'postgres://erp.example/x?sslmode=disable' })).toMatchObject([
      expect.stringContaining('fail erp.plain_connection'),
    ]);
    expect(await check({ orders: { ...written.orders, lookup: 'select $what' } })).toMatchObject([
      expect.stringContaining('fail config.sql_parameter'),
    ]);
    expect(server.logIns).toEqual([]);
  });

  it('over HTTP is polled and asked, and its recipe tried', async () => {
    const source = {
      kind: 'http',
      api: { url: apiUrl() },
      lists: { items: { send: 'GET /items?since={$since}', id: '=id', version: '=modified' } },
    };
    const streams = {
      stock: {
        topic: 'erp.stock',
        key: { id: 'text' },
        watch: [{ table: 'items', key: 'id' }],
        http: {
          get: { send: 'GET /items/{$key}' },
          all: { send: 'GET /items' },
          rows: '={ "id": id, "sku": sku, "source": source, "quantity": quantity }',
        },
        find: '=$records.($ = $ ? "7")',
      },
    };
    const recipe = {
      url: apiUrl(),
      orders: {
        lookup: [{ send: 'GET /orders' }],
        carries: '=ref = $key',
        document: { id: '=id' },
        create: { send: 'POST /orders', body: { ref: '=$key' } },
      },
    };
    const findings = await check({ source, streams, recipe }, {});
    expect(findings.map((finding) => finding.split(' ').slice(0, 2).join(' '))).toEqual([
      'ok erp.poll',
      'ok erp.sample',
      'ok erp.sample_key',
      'ok erp.sample_find',
      'ok recipe.lookup',
    ]);
    expect(paths.map((path) => path.replace(/since=.*/, 'since'))).toEqual([
      '/items?since',
      '/items',
      '/items/7',
      '/orders',
    ]);
    items = [];
    expect((await check({ source, streams }, {})).map((finding) => finding.slice(0, 15))).toEqual([
      'ok erp.poll ite',
      'warn erp.sample',
    ]);
  });
});
