/**
 * The watch lists of deploy/config/sandbox.yaml: whatever business is done, a key whose truth changed was made dirty.
 * Real: PostgreSQL, the verbs, the queries, the rights. Double: triggers note row changes in place of the log;
 * that the log itself carries the key columns is proved apart, by the replica identities and a real slot.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readStreams } from './testing/configuration.ts';
import type { Stream } from './testing/configuration.ts';
import { createOrder, startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';
import { anOrder } from './testing/order.ts';
import { changedKeys, dirtyKeys, noteRowChanges, takeNoted, truth } from './testing/watching.ts';

let erp: TestErp;
let streams: Record<string, Stream>;
let watched: string[];

beforeAll(async () => {
  streams = await readStreams();
  watched = [...new Set(Object.values(streams).flatMap(({ watch }) => watch.map(({ table }) => table)))];
  erp = await startTestErp();
  await noteRowChanges(erp.owner, watched);
});
afterAll(() => erp.close());

/** Does the business and gives, per stream, the keys whose truth changed; fails where one was not made dirty. */
async function changedBy(business: () => Promise<unknown>): Promise<Record<string, number[]>> {
  const before = new Map<string, Map<number, string>>();
  for (const [name, stream] of Object.entries(streams)) before.set(name, await truth(erp.cartage, stream));
  await takeNoted(erp.owner);
  await business();
  const changes = await takeNoted(erp.owner);
  const result: Record<string, number[]> = {};
  for (const [name, stream] of Object.entries(streams)) {
    const changed = changedKeys(before.get(name) ?? new Map(), await truth(erp.cartage, stream));
    const dirty = await dirtyKeys(erp.cartage, stream, changes);
    expect({ stream: name, missed: changed.filter((key) => !dirty.has(key)) }).toEqual({
      stream: name,
      missed: [],
    });
    if (changed.length > 0) result[name] = changed;
  }
  return result;
}

async function post(path: string, body: unknown): Promise<unknown> {
  const answer = await erp.call('POST', path, body);
  expect({ path, status: answer.status < 300, body: answer.body }).toMatchObject({ status: true });
  return answer.body;
}

async function productId(sku: string): Promise<number> {
  const { rows } = await erp.owner.query<{ id: number }>('select id from product where sku = $1', [sku]);
  return rows[0]?.id ?? 0;
}

describe('every verb makes the keys dirty that it changes', () => {
  it('a new product', async () => {
    const changed = await changedBy(() => post('/products', { sku: 'NEW-1', name: 'New', price: 10 }));
    const id = await productId('NEW-1');
    expect(changed).toEqual({ stock: [id], products: [id], prices: [id] });
  });

  it('receipt, count, and the reservation of another channel with its release', async () => {
    const id = await productId('MUG-STONE');
    const place = { sku: 'MUG-STONE', warehouse: 'WH1' };
    expect(await changedBy(() => post('/receipts', { ...place, quantity: 5 }))).toEqual({ stock: [id] });
    expect(await changedBy(() => post('/inventory-adjustments', { ...place, quantity: 99 }))).toEqual({
      stock: [id],
    });
    let held: unknown;
    const hold = async () => (held = await post('/reservations', { ...place, quantity: 3 }));
    expect(await changedBy(hold)).toEqual({ stock: [id] });
    const release = () => erp.call('DELETE', `/reservations/${(held as { id: number }).id}`);
    expect(await changedBy(release)).toEqual({ stock: [id] });
  });

  it('a price, a name, an attribute, a block', async () => {
    const id = await productId('KETTLE-1L');
    expect(await changedBy(() => post('/products/KETTLE-1L/price', { amount: '51.5' }))).toEqual({
      prices: [id],
    });
    const patch = (body: unknown) => changedBy(() => erp.call('PATCH', '/products/KETTLE-1L', body));
    expect(await patch({ name: 'Kettle, one litre' })).toEqual({ products: [id] });
    expect(await patch({ attributes: { material: 'copper' } })).toEqual({ products: [id] });
    expect(await patch({ blocked: true })).toEqual({ stock: [id] });
    expect(await patch({ blocked: false })).toEqual({ stock: [id] });
    expect(await patch({ active: false })).toEqual({ stock: [id], products: [id] });
    expect(await patch({ active: true })).toEqual({ stock: [id], products: [id] });
  });

  it('order, confirmation, partial shipping, late tracking, the rest', async () => {
    const order = anOrder({
      incrementId: '000000100',
      lines: [
        { sku: 'TEAPOT-08', quantity: 2, priceMinor: 6490 },
        { sku: 'BOARD-OAK', quantity: 1, priceMinor: 3990 },
      ],
    });
    const [teapot, board] = [await productId('TEAPOT-08'), await productId('BOARD-OAK')];
    let id = 0;
    expect(await changedBy(async () => ({ id } = await createOrder(erp.cartage, order)))).toEqual({});
    let confirmed: unknown;
    // What the web shop's own order reserves is not subtracted: the shop counts it itself.
    expect(await changedBy(async () => (confirmed = await post(`/orders/${id}/confirm`, {})))).toEqual({});
    const delivery = (confirmed as { deliveries: { id: number }[] }).deliveries[0]?.id ?? 0;
    const { rows } = await erp.owner.query<{ id: number }>(
      'select id from delivery_line where delivery_id = $1 order by id',
      [delivery],
    );
    let shipped: unknown;
    const part = { carrier: 'DHL', lines: [{ line: rows[0]?.id, quantity: 1 }] };
    expect(await changedBy(async () => (shipped = await post(`/deliveries/${delivery}/ship`, part)))).toEqual(
      { stock: [teapot], fulfilments: [delivery] },
    );
    expect(
      await changedBy(() => post(`/deliveries/${delivery}/tracking`, { trackingNumber: 'T-1' })),
    ).toEqual({
      fulfilments: [delivery],
    });
    const rest = (shipped as { backorder: { id: number } }).backorder.id;
    const changed = await changedBy(() => post(`/deliveries/${rest}/ship`, { trackingNumber: 'T-2' }));
    expect(changed.fulfilments).toEqual([rest]);
    expect(new Set(changed.stock)).toEqual(new Set([teapot, board]));
  });
});

describe('changes that no verb makes', () => {
  const update = (sql: string) => changedBy(() => erp.owner.query(sql));

  it('of shared rows reach every key concerned', async () => {
    const skus = (await erp.owner.query<{ n: number }>('select count(*)::int as n from product')).rows[0]?.n;
    expect((await update(`update warehouse set code = 'WEST' where code = 'WH2'`)).stock).not.toEqual([]);
    expect((await update(`update price_list set active = false where code = 'BASE'`)).prices).toHaveLength(
      skus ?? 0,
    );
    expect(
      (await update(`update tax_class set code = 'STANDARD' where code = 'GOODS'`)).products,
    ).toHaveLength(skus ?? 0);
    expect((await update(`update channel set external = true where code = 'WEB'`)).stock).toBeUndefined();
    expect((await update(`update location set kind = 'quality' where code = 'WH1/A-01'`)).stock).not.toEqual(
      [],
    );
    expect(
      (await update(`update attribute set code = 'stuff' where code = 'material'`)).products,
    ).not.toEqual([]);
    expect(
      (await update(`update attribute_value set value = 'grau' where value = 'grey'`)).products,
    ).toHaveLength(1);
  });

  it('of a property reach its product by the text that points to it, before and after', async () => {
    const [mug, knife] = [await productId('MUG-STONE'), await productId('KNIFE-CHEF')];
    const insert = `insert into property (origin, field, value) values ('product,${mug}', 'hs_code', '6912')`;
    expect(await update(insert)).toEqual({ products: [mug] });
    const move = `update property set origin = 'product.template,' || (select template_id from product where id = ${knife})`;
    const moved = await update(`${move} where field = 'hs_code'`);
    expect(new Set(moved.products)).toEqual(new Set([mug, knife]));
    expect(await update(`delete from property where field = 'hs_code'`)).toEqual({ products: [knife] });
  });

  it('of a template price reach the variants that have no price of their own', async () => {
    const { rows } = await erp.owner.query<{ template_id: number }>(
      `insert into product (template_id, sku) select template_id, 'MUG-STONE-BLUE' from product where sku = 'MUG-STONE'
       returning template_id`,
    );
    const ids = [await productId('MUG-STONE'), await productId('MUG-STONE-BLUE')];
    const changed = await update(
      `update price_item set amount = 1 where template_id = ${rows[0]?.template_id}`,
    );
    expect(new Set(changed.prices)).toEqual(new Set(ids));
  });
});

describe('the log', () => {
  it('carries every column that a watch names, on updates and deletes too', async () => {
    const { rows } = await erp.owner.query<{ name: string; identity: string; columns: string[] }>(
      `select c.relname as name, c.relreplident as identity,
              array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid
                     and a.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary) as columns
         from pg_class c where c.relname = any($1) and c.relkind = 'r'`,
      [watched],
    );
    const tables = new Map(rows.map((row) => [row.name, row]));
    for (const { watch } of Object.values(streams)) {
      for (const { table, key, via } of watch) {
        const named = key ? [key] : columnsOfRows(via ?? '');
        const found = tables.get(table);
        const missing = found?.identity === 'f' ? [] : named.filter((one) => !found?.columns.includes(one));
        expect({ table, named: named.length > 0, missing }).toEqual({ table, named: true, missing: [] });
      }
    }
    expect(tables.get('product')?.identity).toBe('d');
  });

  it('names the product of a deleted reservation and the delivery that a line has left', async () => {
    const slot = `test_${randomBytes(4).toString('hex')}`;
    await erp.owner.query(`select pg_create_logical_replication_slot($1, 'test_decoding')`, [slot]);
    const order = anOrder({
      incrementId: '000000200',
      lines: [{ sku: 'TOWEL-SET3', quantity: 2, priceMinor: 2400 }],
    });
    const { id } = await createOrder(erp.cartage, order);
    await post(`/orders/${id}/confirm`, {});
    await erp.owner.query(
      'update delivery_line set delivery_id = 1 where id = (select max(id) from delivery_line)',
    );
    await erp.owner.query('delete from reservation');
    const { rows } = await erp.owner.query<{ data: string }>(
      `select data from pg_logical_slot_get_changes($1, null, null)`,
      [slot],
    );
    await erp.owner.query('select pg_drop_replication_slot($1)', [slot]);
    const lines = rows.map((row) => row.data);
    expect(lines.find((line) => line.includes('public.delivery_line: UPDATE'))).toMatch(
      /old-key: .*delivery_id\[integer\]:\d+.* new-tuple: .*delivery_id\[integer\]:1 /,
    );
    expect(lines.find((line) => line.includes('public.reservation: DELETE'))).toMatch(
      new RegExp(`product_id\\[integer\\]:${await productId('TOWEL-SET3')} `),
    );
  });
});

/** Columns that a `via` takes from the changed rows: `… r(id int, origin text)`. */
function columnsOfRows(via: string): string[] {
  return [...via.matchAll(/\br\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((column) => column.trim().split(' ')[0] ?? ''),
  );
}
