/**
 * Real: PostgreSQL, the SQL of deploy/config/cartage.yaml and of the guide, the code that runs it. Made up: the small ERP
 * that both speak of. Asserted: what a reader copies from these pages works, each side with the role that the guide makes
 * for it, and with no more.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import type { CustomerAddress, Order } from '../../schemas/types.ts';
import { rowShapes } from '../../services/erp/rows/index.ts';
import { checkConfiguredErp } from '../../services/erp/check-configured.ts';
import { bindSql, compileSql } from '../../services/erp/changed-keys/sql-template.ts';
import { createSqlCustomers } from '../../services/erp/customers/sql-customers.ts';
import { createSqlOrders } from '../../services/erp/orders/sql-orders.ts';
import { queryRows } from '../../services/erp/values.ts';
import { codesOf } from '../../services/wanted/orders/codes.ts';
import { buyerOf } from '../../services/erp/orders/buyer.ts';
import { customerCodesOf } from '../../services/order-exporter/customers/codes.ts';
import { aCustomer, anAddress } from '../../services/order-exporter/customers/testing/a-customer.ts';
import { loadConfig } from '../../services/platform/config/load.ts';
import { freshDatabase } from '../infrastructure/main.ts';
import type { FreshDatabase } from '../infrastructure/main.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';
import { exampleVariables } from './example-variables.ts';

let database: FreshDatabase;
/** The ERP itself. */
let client: Client;
/** As erp-ingester. */
let reader: Client;
/** Roles belong to the whole server, which other tests share. */
const suffix = randomBytes(4).toString('hex');

function urlAs(role: 'reader' | 'writer'): string {
  const url = new URL(database.url);
  url.username = `cartage_${role}_${suffix}`;
  url.password = 'secret';
  return url.href;
}

const config = () =>
  loadConfig(join(projectFolder, 'deploy/config/cartage.yaml'), ['erp', 'orders', 'customers'], {
    ...exampleVariables,
    ERP_DATABASE_URL: urlAs('reader'),
    ERP_WRITER_URL: urlAs('writer'),
  });

/** The roles and rights that the guide has one make. */
function guidesSql(): string {
  const guide = readFileSync(join(projectFolder, 'deploy/README.md'), 'utf8');
  const [, sql] = /```sql\n(-- reads the log[^`]+)```/.exec(guide)!;
  return sql!.replaceAll(/cartage_(reader|writer)/g, `cartage_$1_${suffix}`).replaceAll("'...'", "'secret'");
}

beforeAll(async () => {
  database = await freshDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(readFileSync(new URL('example-erp.sql', import.meta.url), 'utf8'));
  await client.query(guidesSql());
  reader = new Client({ connectionString: urlAs('reader') });
  await reader.connect();
});

afterAll(async () => {
  await reader?.end();
  for (const role of ['reader', 'writer'])
    await client.query(`drop owned by cartage_${role}_${suffix}; drop role cartage_${role}_${suffix}`);
  await client.end();
  await database.drop();
});

async function rowsOf(stream: string, keys: unknown[] | null): Promise<Record<string, unknown>[]> {
  const { query, topic } = config().erp.streams[stream]!;
  const template = compileSql(query!, { keys: null, since: null }, stream);
  const values = bindSql(template, { keys, since: '2026-01-01T00:00:00Z' });
  const rows = await queryRows(reader, { text: template.text, values, timeoutMs: 10_000 });
  const origin = { occurredAt: null, version: { epoch: 1, number: 1 }, sourceKey: '{}' };
  return rows.map((row) => rowShapes[topic]!.read(row, origin) as unknown as Record<string, unknown>);
}

describe('the SQL of cartage.yaml', () => {
  it('is accepted by the database, every statement of it', async () => {
    const findings = await checkConfiguredErp(config().erp);
    expect(
      findings.filter(({ code }) => code.startsWith('erp.sql')).map(({ level }) => level),
    ).not.toHaveLength(0);
    // Slot and publication are made when Cartage starts; all else must be right.
    const wrong = findings.filter(({ level, code }) => level === 'fail' && !/slot|publication/.test(code));
    expect(wrong).toEqual([]);
  });

  it('says stock, products and prices as the contracts want them', async () => {
    expect(await rowsOf('stock', ['A/1'])).toEqual([
      expect.objectContaining({ source: 'MAIN', sku: 'A/1', quantity: '10.0000', sellable: true }),
    ]);
    expect(await rowsOf('products', null)).toEqual([
      expect.objectContaining({
        sku: 'A/1',
        weight: '1.5000',
        enabled: true,
        attributes: { color_name: 'red' },
      }),
      expect.objectContaining({ sku: 'B 2', taxClass: 'EXEMPT', enabled: false, attributes: {} }),
    ]);
    const [priced, unpriced] = await rowsOf('prices', ['A/1', 'B 2']);
    expect(priced!.prices).toEqual([
      expect.objectContaining({
        list: 'WEB',
        currency: 'EUR',
        amount: '9.9900',
        minQuantity: '1.0000',
        to: null,
      }),
      expect.objectContaining({
        amount: '8.5000',
        minQuantity: '10.0000',
        to: Date.parse('2999-01-01T00:00:00Z'),
      }),
    ]);
    expect(unpriced!.prices).toEqual([]);
  });

  it('writes an order once, and its change', async () => {
    const { erp, orders } = config();
    const writer = createSqlOrders({
      connection: { connectionString: urlAs('writer') },
      statements: erp.orders!,
    });
    const placed = anOrder({
      incrementId: '000000042',
      lines: [{ sku: 'A/1', quantity: 2, priceMinor: 999 }],
    });
    const order = { ...placed, parentIncrementId: '000000041' };
    const input = (value: Order) => ({
      key: 'main/default/000000042',
      order: value,
      codes: codesOf(value, orders),
      buyer: buyerOf(value, 'email'),
    });
    try {
      const made = await writer.create(input(order));
      expect(made).toMatchObject({ created: true, reference: 'W42' });
      expect(await writer.create(input(order))).toMatchObject({ created: false, id: made.id });
      const { rows } = await client.query(
        'select o.*, l.sku, l.quantity, l.unit_price from web_order o join web_order_line l on l.order_id = o.id',
      );
      expect(rows).toEqual([
        expect.objectContaining({
          branch: '01',
          customer: 'Veronica Costello',
          term: 'NET14',
          carrier: 'DHL',
          total: '26.63',
          replaces: '000000041',
          status: 'open',
          sku: 'A/1',
          quantity: '2.0000',
          unit_price: '9.9900',
        }),
      ]);
      expect(await writer.change(input(order))).toMatchObject({ changed: false });
      const moved = { ...order, billingAddress: { ...order.billingAddress!, city: 'Leipzig' } };
      const refunded = { ...moved, totals: { ...order.totals, refundedMinor: 1_050 } };
      const [line] = order.lines;
      const fewer = { ...refunded, lines: [{ ...line!, quantityCanceled: '1.0000' }] };
      const later: Order[] = [
        { ...order, state: 'holded' },
        order,
        moved,
        refunded,
        fewer,
        refunded,
        { ...refunded, state: 'closed' },
      ];
      for (const value of later) {
        expect(await writer.change(input(value))).toMatchObject({ changed: true });
        expect(await writer.change(input(value))).toMatchObject({ changed: false });
      }
      expect(await writer.change(input({ ...refunded, state: 'canceled' }))).toMatchObject({
        changed: false,
      });
      const after = await client.query('select status, city, refunded from web_order');
      expect(after.rows).toEqual([{ status: 'canceled', city: 'Leipzig', refunded: '10.50' }]);
    } finally {
      await writer.close();
    }
  });

  it('writes a customer as one partner, its address book by its ids, and erases it', async () => {
    const { erp, customers } = config();
    const { lookup, upsert, erase } = erp.customers!;
    const writer = createSqlCustomers({
      connection: { connectionString: urlAs('writer') },
      statements: { lookup, upsert, erase },
      deadlineMs: 8_000,
    });
    const who = { key: 'main/base/1', website: 'base', email: 'jane@example.com' };
    const home = anAddress(7, { isDefaultBilling: true });
    const write = (addresses: CustomerAddress[]) => {
      const customer = aCustomer({ addresses });
      const codes = customerCodesOf(who.key, customer, customers);
      return writer.upsert({ ...who, customer, codes });
    };
    const stored = async () =>
      (
        await client.query(
          'select c.email, c.price_group, a.shop_address_id::int as id, a.city from customer c left join customer_address a on a.customer_id = c.id',
        )
      ).rows as unknown[];
    try {
      expect(await write([home, { ...home, addressId: 8 }])).toMatchObject({ status: 'created' });
      expect(await write([{ ...home, city: 'Boston' }])).toMatchObject({ status: 'updated' });
      expect(await stored()).toEqual([
        { email: 'jane@example.com', price_group: 'RETAIL', id: 7, city: 'Boston' },
      ]);
      expect(await writer.erase({ ...who, email: '' })).toMatchObject({ key: who.key });
      expect(await stored()).toEqual([{ email: null, price_group: 'RETAIL', id: null, city: null }]);
    } finally {
      await writer.close();
    }
  });

  it('says a delivery with its lines and the parcels that have a number', async () => {
    await client.query(`
      insert into delivery (number, order_id, warehouse, posted_at) select 'D1', id, 'MAIN', '2026-05-01Z' from web_order;
      insert into delivery (number, order_id, warehouse) select 'D2', id, 'MAIN' from web_order;
      insert into delivery_line select id, 1, 1 from delivery;
      insert into parcel select id, 1, 'DHL', 'PARCEL', 'JD014600' from delivery where number = 'D1';
      insert into parcel select id, 2, 'DHL', 'PARCEL', null from delivery where number = 'D1'`);
    expect(await rowsOf('fulfilments', null)).toEqual([
      expect.objectContaining({
        instance: 'main',
        store: 'default',
        incrementId: '000000042',
        documentId: 'D1',
        kind: 'shipment',
        source: 'MAIN',
        documentDate: Date.parse('2026-05-01T00:00:00Z'),
        lines: [{ sku: 'A/1', orderLineId: '000000042-1', quantity: '1.0000', returnToStock: null }],
        packages: [{ carrier: 'DHL', service: 'PARCEL', trackingNumber: 'JD014600' }],
      }),
    ]);
  });
});

describe('the roles of the guide', () => {
  it('part reading from writing: who follows the log writes nothing, who writes orders reads no log', async () => {
    const refused = (error: unknown) => (error as { code?: string }).code;
    expect(await reader.query("update web_order set status = 'x'").catch(refused)).toBe('42501');
    const writer = new Client({ connectionString: urlAs('writer') });
    await writer.connect();
    try {
      const slot = "select pg_create_logical_replication_slot('of_the_writer', 'pgoutput')";
      expect(await writer.query(slot).catch(refused)).toBe('42501');
      expect(await writer.query('select * from item').catch(refused)).toBe('42501');
      expect(await writer.query('update web_order set total = 0').catch(refused)).toBe('42501');
    } finally {
      await writer.end();
    }
  });
});
