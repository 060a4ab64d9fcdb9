/** `cartage streams check` of PostgreSQL. Real: the driver, the configuration, all that is tried. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { erpSection } from '../platform/config/sections/erp.ts';
import { checkStreams } from './check-streams.ts';
import { PostgresDouble, refusal } from './testing/postgres-double.ts';
import { until } from './testing/until.ts';

let server: PostgresDouble;
const [int, text, numeric] = [23, 25, 1700];
const row = { id: 7, source: 'W', sku: 'A', quantity: '1.5' };
const plan = (cost: number) => [
  {
    'QUERY PLAN': [
      {
        Plan: {
          'Node Type': 'Sort',
          'Total Cost': cost,
          'Plan Rows': 9,
          Plans: [
            {
              'Node Type': 'Seq Scan',
              'Relation Name': 'item',
              Schema: 'public',
              'Total Cost': 1,
              'Plan Rows': 9,
            },
          ],
        },
      },
    ],
  },
];

beforeEach(async () => {
  server = (await PostgresDouble.start())
    .on(/^explain execute/, [])
    .on(/^explain \(verbose, format json\)/, ([keys]) => plan(keys === null ? 5_000 : 10))
    .on(/pg_partition_root/, [{ name: 'place' }])
    .on(/^select \* from \([\s\S]*limit 0$/, {
      columns: { id: int, source: text, sku: text, quantity: numeric },
    })
    .on(/^select \* from "public"."item" limit 0/, { columns: { id: int } })
    .on(/format_type/, [
      { oid: String(int), name: 'integer' },
      { oid: String(text), name: 'text' },
      { oid: String(numeric), name: 'numeric' },
    ])
    .on(/^select \* from \([\s\S]*limit 1\d*$/, [row])
    .on(/as row from "public"."move" sampled/, [{ row: { id: '1', item_id: '7' } }])
    .on(/^select item_id from move/, [{ item_id: 7 }])
    .on(/^select id from item/, [{ id: 7 }]);
});
afterEach(() => server.stop());

const stock = {
  topic: 'erp.stock',
  key: { id: 'int' },
  watch: [
    { table: 'item', key: 'id' },
    { table: 'move', via: 'select item_id from move where id = any($rows)' },
  ],
  query: 'select * from stock where ($keys is null or id = any($keys)) and at > $since',
  find: 'select id from item where sku = any($records)',
};

async function reports(only: string | null = null, streams: object = { stock }, url = server.url) {
  const erp = erpSection.parse({ connection: { url, timezone: 'Europe/Vienna' }, streams });
  return checkStreams({ erp, fulfilments: { since: Date.UTC(2026, 0, 1) } as never }, only);
}
const report = async (streams?: object) => (await reports('stock', streams)).get('stock')!;
const said = async (streams?: object) =>
  (await report(streams)).findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, code, what }) => [level, code, what]);
const one = (level: string, code: string, what: string) => [[level, code, expect.stringContaining(what)]];

describe('a stream that is tried', () => {
  it('is well with its types, plans, rows, and the ways back', async () => {
    const { findings, samples, plans } = await report();
    expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual([
      'ok erp.column_type',
      'ok erp.key_type',
      'ok erp.row',
      'ok erp.plan',
      'ok erp.keys',
      'ok erp.find',
      'ok erp.via',
    ]);
    expect(samples).toMatchObject([{ sku: 'A', quantity: '1.5000', sourceKey: '{"id":"7"}' }]);
    expect(plans).toMatchObject({
      all: { cost: 5_000, rows: 9, steps: 'Sort < Seq Scan on item' },
      one: { cost: 10, rows: 9, steps: 'Sort < Seq Scan on item' },
      unwatched: ['place'],
    });
    expect(server.values).toContainEqual(['{"public"}', '{"item"}', expect.stringContaining('item')]);
    expect(server.asked[0]).toBe('set default_transaction_read_only = on');
    const from = server.asked.lastIndexOf('begin read only');
    expect(server.asked.slice(from + 1, from + 4)).toEqual([
      'set local statement_timeout = 60000',
      `set local datestyle = 'ISO'`,
      `set local timezone = 'Europe/Vienna'`,
    ]);
    expect(server.values[server.asked.findIndex((sql) => sql.endsWith('limit 10'))]).toEqual([
      null,
      '2026-01-01T00:00:00.000Z',
    ]);
    expect(server.values[server.asked.findIndex((sql) => sql.endsWith('limit 1000'))]![0]).toBe('{"7"}');
    expect(server.values[server.asked.findIndex((sql) => sql.endsWith('limit 1'))]![0]).toBe('{"7"}');
    expect(server.values).toContainEqual(['[{"source":"W","sku":"A"}]']);
    expect(server.values).toContainEqual(['[{"id":"1","item_id":"7"}]']);
    expect(server.asked.at(-1)).toBe('rollback');
    await until(() => server.sockets.size === 0);
  });

  it('is one of several, or none of them', async () => {
    const both = { stock, other: stock };
    expect([...(await reports(null, both)).keys()]).toEqual(['stock', 'other']);
    expect([...(await reports('other', both)).keys()]).toEqual(['other']);
    const asked = server.asked.length;
    expect((await reports('stok', both)).get('stok')!.findings).toMatchObject([
      { level: 'fail', code: 'streams.unknown', fix: 'Use one of stock, other' },
    ]);
    expect(server.asked).toHaveLength(asked);
  });

  it('whose SQL is refused is tried no further', async () => {
    server.on(/^prepare tried as select item_id/, refusal('42P01'));
    expect(await report()).toMatchObject({
      findings: [{ code: 'erp.sql', what: expect.stringContaining('via public.move') }],
      samples: [],
      plans: null,
    });
  });

  it('that fails as it is asked says why', async () => {
    server.on(/limit 10$/, refusal('22012'));
    expect((await report()).findings).toMatchObject([
      { level: 'fail', code: 'erp.query', why: expect.stringContaining('SQLSTATE 22012') },
    ]);
    expect(server.asked.at(-1)).toBe('rollback');
  });

  it('needs a database', async () => {
    const { url } = server;
    await server.stop();
    await expect(reports(null, { stock }, url)).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'erp.unreachable' },
    });
    server = await PostgresDouble.start();
  });

  it('may give no row, and then has no key to be asked for', async () => {
    server.on(/limit 10$/, []);
    expect(await said()).toEqual(one('warn', 'erp.row', 'gives no row'));
    expect((await report()).plans).toMatchObject({ one: null });
  });

  it('may give rows without a key, or that are no records', async () => {
    server.on(/limit 10$/, [row, { ...row, id: null }, { ...row, sku: ' A', quantity: 'many' }]);
    expect(await said()).toEqual([
      ['fail', 'erp.row', expect.stringContaining('without its key (id)')],
      ['fail', 'erp.row', expect.stringContaining('key 7 whose sku cannot be read')],
      ['fail', 'erp.row', expect.stringContaining('whose quantity cannot be read')],
    ]);
  });

  it('may be slow for one key', async () => {
    server.on(/^explain \(verbose, format json\)/, plan(5_000));
    expect(await said()).toEqual(one('warn', 'erp.plan', '5000 for one key'));
  });

  it.each<[object[], string]>([
    [[], 'no row for the key 7'],
    [[{ ...row, id: 8 }], 'other keys'],
    [[row, { ...row, id: 8 }], 'other keys'],
  ])('may give other rows for a key than it has: %j', async (rows, what) => {
    server.on(/limit 1000$/, rows as never);
    expect(await said()).toEqual(one('fail', 'erp.keys', what));
  });

  it('may not lead back from a record, or lead elsewhere from a table', async () => {
    server.on(/^select id from item/, [{ id: 8 }]).on(/limit 1$/, []);
    expect(await said()).toEqual([
      ['fail', 'erp.find', expect.stringContaining('record W/A back to its key {"id":"7"}')],
      ['warn', 'erp.via', expect.stringContaining('via public.move')],
    ]);
    server.on(/^select item_id/, []);
    expect((await said()).length).toBe(1);
  });

  it('has keys of several columns', async () => {
    const pair = { ...row, place: 'P' };
    server
      .on(/^select \* from \([\s\S]*limit 0$/, {
        columns: { place: text, id: int, source: text, sku: text, quantity: numeric },
      })
      .on(/^select \* from \([\s\S]*limit 1\d*$/, [pair])
      .on(/^select \* from "public"."item" limit 0/, { columns: { id: int, bin: numeric } })
      .on(/^select id from item/, [{ place: 'P', id: 7 }])
      .on(/^select item_id/, [{ place: 'P', id: 7 }]);
    const streams = {
      stock: {
        ...stock,
        key: { place: 'text', id: 'int' },
        watch: [{ table: 'item', key: { id: 'id', place: 'bin' } }, stock.watch[1]],
      },
    };
    expect(await said(streams)).toEqual(one('fail', 'erp.key_type', 'is numeric in public.item'));
    expect(server.values[server.asked.findIndex((sql) => sql.endsWith('limit 1000'))]![0]).toBe(
      '[{"place":"P","id":"7"}]',
    );
    expect(server.values[server.asked.findIndex((sql) => sql.endsWith('limit 1'))]![0]).toBe(
      '[{"place":"P","id":"7"}]',
    );
  });
});
