/**
 * Real: PostgreSQL, the SQL of deploy/config/recipes/odoo-streams.yaml and of its head, the code that runs it. Recorded: tables and
 * rows of an Odoo 17.0, in which 50 mugs were counted; an order of the shop was half delivered, one mug of it came back, it was
 * invoiced and credited, and the shop has paid back more; another was canceled; one dozen was sold over the counter.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { parse, stringify } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { bindSql, compileSql } from '../../services/erp/changed-keys/sql-template.ts';
import { checkConfiguredErp } from '../../services/erp/check-configured.ts';
import { rowShapes } from '../../services/erp/rows/index.ts';
import { queryRows } from '../../services/erp/values.ts';
import { loadConfig } from '../../services/platform/config/load.ts';
import { freshDatabase } from '../infrastructure/main.ts';
import type { FreshDatabase } from '../infrastructure/main.ts';
import { exampleVariables } from './example-variables.ts';

type Row = Record<string, unknown>;

const role = `cartage_reader_${randomBytes(4).toString('hex')}`;
const page = readFileSync(join(projectFolder, 'deploy/config/recipes/odoo-streams.yaml'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'cartage-odoo-'));
let database: FreshDatabase;
let owner: Client;
let reader: Client;

function erp() {
  const cartage = readFileSync(join(projectFolder, 'deploy/config/cartage.yaml'), 'utf8');
  const { erp: given, ...others } = parse(cartage) as { erp: Row };
  const own = { connection: given.connection, ...(parse(page) as Row) };
  writeFileSync(join(folder, 'cartage.yaml'), stringify({ ...others, erp: own }));
  const url = new URL(database.url);
  Object.assign(url, { username: role, password: 'secret' });
  const variables = { ...exampleVariables, ERP_DATABASE_URL: url.href };
  return loadConfig(join(folder, 'cartage.yaml'), ['erp'], variables).erp;
}

/** What the head of the file has the owner of the database run. */
function headsSql(): string {
  const [, head] = /As the owner of the database[^\n]*\n([^]+?)\nstreams:/.exec(page)!;
  return head!.replaceAll(/^# {3}/gm, '').replaceAll('cartage_reader', role);
}

beforeAll(async () => {
  database = await freshDatabase();
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(readFileSync(new URL('odoo-17.sql', import.meta.url), 'utf8'));
  await owner.query(
    `create role ${role} login replication password 'secret'; grant pg_read_all_stats to ${role}`,
  );
  await owner.query(headsSql());
  reader = new Client({ connectionString: erp().connection.url });
  await reader.connect();
});

afterAll(async () => {
  await reader?.end();
  await owner.query(`drop owned by ${role}; drop role ${role}`);
  await owner.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function recordsOf(stream: string, keys: unknown): Promise<Row[]> {
  const { query, topic } = erp().streams[stream]!;
  const template = compileSql(query!, { keys: null, since: null }, stream);
  const values = bindSql(template, { keys, since: '2026-01-01T00:00:00Z' });
  const rows = await queryRows(reader, { text: template.text, values, timeoutMs: 10_000 });
  const origin = { occurredAt: null, version: { epoch: 1, number: 1 }, sourceKey: '{}' };
  return rows.map((row) => rowShapes[topic]!.read(row, origin) as unknown as Row);
}

const bySku = (records: Row[]) => new Map(records.map((record) => [String(record.sku), record]));

it('the streams are accepted, with the rights and the identities that the head gives and no more', async () => {
  const findings = await checkConfiguredErp(erp());
  const wrong = findings.filter(({ level, code }) => level !== 'ok' && !/slot/.test(code));
  expect(wrong).toEqual([]);
});

it('stock is what lies there, less what others have reserved, in the unit of the product', async () => {
  const stock = bySku(await recordsOf('stock', null));
  // 50 - 3 delivered + 1 returned - a dozen; the 2 that the shop still gets are its own.
  expect(stock.get('MUG')).toMatchObject({ source: 'WH', quantity: '36.0000', sellable: true });
  expect(stock.get('CUP')).toMatchObject({ quantity: '18.0000' });
  expect(stock.get('SKU-012')).toMatchObject({ quantity: '0.0000', sellable: false });
  expect(stock.has('SHIPPING')).toBe(false);
  expect(await recordsOf('stock', [3])).toEqual([stock.get('CUP')]);
});

it('variants are products with their values, and with the price of the closest rule', async () => {
  const products = bySku(await recordsOf('products', null));
  expect([...products.keys()].toSorted()).toEqual(['CUP', 'MUG', 'SHIRT-BLUE', 'SHIRT-RED', 'SKU-012']);
  expect(products.get('SHIRT-BLUE')).toMatchObject({
    name: 'Shirt (Blue)',
    taxClass: '19',
    enabled: true,
    attributes: { Color: 'Blue' },
  });
  expect(products.get('SKU-012')).toMatchObject({ enabled: false });
  // For more pieces than the variant's own, or than one of its category: Odoo never comes to these.
  await owner.query(
    `insert into product_pricelist_item (id, pricelist_id, applied_on, compute_price, base, fixed_price, min_quantity, categ_id)
     values (4, 8, '3_global', 'fixed', 'list_price', 12, 20, null), (5, 8, '3_global', 'fixed', 'list_price', 13, 7, null),
            (6, 8, '2_product_category', 'formula', 'standard_price', null, 5, 1)`,
  );
  const [blue] = await recordsOf('prices', [44]);
  const amounts = (blue!.prices as Row[]).map(({ list, amount, minQuantity }) => [list, amount, minQuantity]);
  expect(amounts).toEqual([
    ['WEB', '22.5000', '0.0000'],
    ['TRADE', '20.2500', '0.0000'],
    ['TRADE', '14.5000', '10.0000'],
  ]);
});

it('documents are what is done and posted of the orders of this shop, and not what the shop has told', async () => {
  const all = await recordsOf('fulfilments', null);
  const told = all.map(({ kind, documentId, source }) => [kind, documentId, source]);
  expect(told).toEqual([
    ['shipment', 'WH/OUT/00022', 'WH'],
    ['invoice', 'INV/2026/00001', null],
    ['creditmemo', 'RINV/2026/00001', null],
    ['cancellation', 'S00044-cancel', null],
  ]);
  const pieces = ({ lines }: Row) =>
    (lines as Row[]).map(({ sku, quantity }) => `${String(quantity)} ${String(sku)}`);
  expect(all.map(pieces)).toEqual([
    ['2.0000 CUP', '3.0000 MUG'],
    ['2.0000 CUP', '5.0000 MUG'],
    ['2.0000 CUP', '5.0000 MUG'],
    [],
  ]);
  expect(all.map(({ amounts }) => amounts)).toEqual([
    null,
    expect.objectContaining({ currency: 'USD', totalMinor: 10_511 }),
    expect.objectContaining({ totalMinor: 10_511, shippingMinor: 500 }),
    null,
  ]);
  expect(all[0]!.packages).toEqual([expect.objectContaining({ trackingNumber: 'TRACK57298657' })]);
});

it('a record leads back to all documents of its order', async () => {
  const { find } = erp().streams.fulfilments!;
  const records = [{ instance: 'main', store: 'default', increment_id: '5729865701' }];
  const template = compileSql(find, { records: null }, 'find');
  const values = bindSql(template, { records: JSON.stringify(records) });
  const keys = await queryRows(reader, { text: template.text, values, timeoutMs: 10_000 });
  const kinds = new Set(keys.map(({ kind_of }) => String(kind_of)));
  expect([...kinds].toSorted()).toEqual(['move', 'order', 'picking']);
  const found = await recordsOf('fulfilments', JSON.stringify(keys));
  expect(found.map(({ documentId }) => documentId)).toEqual([
    'WH/OUT/00022',
    'INV/2026/00001',
    'RINV/2026/00001',
  ]);
});

it('a percentage is rounded as the currency is', async () => {
  await owner.query(
    'update res_company set currency_id = 126; update product_pricelist set currency_id = 126',
  );
  const [blue] = await recordsOf('prices', [44]);
  expect((blue!.prices as Row[])[1]).toMatchObject({ currency: 'VUV', amount: '20.0000' });
});

it('a product that is archived gives its SKU to the one that was made anew', async () => {
  for (const stream of ['stock', 'products', 'prices'])
    expect(await recordsOf(stream, [18])).toMatchObject([{ sku: 'SKU-012' }]);
  await owner.query(`insert into product_product values (60, 18, 'SKU-012', true, null)`);
  for (const stream of ['stock', 'products', 'prices']) {
    expect(await recordsOf(stream, [18])).toEqual([]);
    expect(await recordsOf(stream, [18, 60])).toMatchObject([{ sku: 'SKU-012' }]);
  }
});

it('an invoice of several orders is told of each without its total, and by its date where it was drafted long before', async () => {
  await owner.query(
    `insert into sale_order values (90, 'S00090', 'main/default/5729865703', 'sale', 42, '2026-11-28T10:00:00');
     insert into sale_order_line values (600, 90);
     insert into account_move values
       (9, 'INV/2026/00002', null, 'out_invoice', 'posted', true, 1, 42, '2025-12-30T10:00:00', '2026-01-02');
     insert into account_move_line values (90, 9, 2, 1, 'product', false, 1, 14.5), (91, 9, 3, 1, 'product', false, 2, 19.98);
     insert into sale_order_line_invoice_rel values (90, 169), (91, 600)`,
  );
  const told = await recordsOf('fulfilments', JSON.stringify([{ kind_of: 'move', id: 9 }]));
  expect(told.toSorted((one, two) => Number(one.incrementId) - Number(two.incrementId))).toMatchObject([
    { incrementId: '5729865701', lines: [{ sku: 'MUG', quantity: '1.0000' }], amounts: null },
    { incrementId: '5729865703', lines: [{ sku: 'CUP', quantity: '2.0000' }], amounts: null },
  ]);
  expect(told.map(({ documentDate }) => documentDate)).toEqual([Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 2)]);
});

it('a credit note of what is none of the goods, such as the price of a bundle, is an adjustment', async () => {
  await owner.query(
    `insert into product_product values (61, 4, 'BUNDLES', true, null);
     insert into account_move values
       (10, 'RINV/2026/00002', 'Reversal', 'out_refund', 'posted', true, 1, 11.90, '2026-11-28T10:00:00', '2026-11-28');
     insert into account_move_line values (92, 10, 61, 1, 'product', false, 1, 10, 11.90);
     insert into sale_order_line_invoice_rel values (92, 171)`,
  );
  expect(await recordsOf('fulfilments', JSON.stringify([{ kind_of: 'move', id: 10 }]))).toMatchObject([
    {
      kind: 'creditmemo',
      lines: [],
      amounts: { totalMinor: 1_190, shippingMinor: null, adjustmentRefundMinor: 1_190 },
    },
  ]);
});
