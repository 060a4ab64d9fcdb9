/**
 * The customer statements of deploy/config/sandbox.yaml, run by the exporter's own adapter as Cartage's own role.
 * Real: PostgreSQL, schema, role, statements, adapter. Ours: the customers, made here.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { customerKey } from '../../../schemas/keys.ts';
import type { Customer, Order } from '../../../schemas/types.ts';
import { createSqlCustomers } from '../../../services/erp/customers/sql-customers.ts';
import { customerCodesOf } from '../../../services/order-exporter/customers/codes.ts';
import { normalEmail } from '../../../services/erp/customers/email.ts';
import { aCustomer, anAddress } from '../../../services/order-exporter/customers/testing/a-customer.ts';
import { readCustomers } from './testing/configuration.ts';
import { createOrder, startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';
import { anOrder } from './testing/order.ts';

let erp: TestErp;
let writer: ReturnType<typeof createSqlCustomers>;
beforeAll(async () => {
  erp = await startTestErp();
  const { lookup, upsert, erase } = await readCustomers();
  writer = createSqlCustomers({
    connection: { connectionString: erp.cartageUrl },
    statements: { lookup, upsert, erase },
    deadlineMs: 8_000,
  });
});
afterAll(async () => {
  await writer?.close();
  await erp?.close();
});
beforeEach(() => erp.owner.query('truncate partner cascade'));

const mug = { incrementId: '000000001', lines: [{ sku: 'MUG-STONE', quantity: 1, priceMinor: 1450 }] };
const maps = { websites: { base: {}, b2b: {} }, groups: { General: {}, Trade: { priceList: 'TRADE' } } };

function write(members: Partial<Customer> = {}, codes?: unknown) {
  const customer = aCustomer(members);
  const key = customerKey(customer);
  return writer.upsert({
    key,
    website: customer.website,
    email: normalEmail(customer.email),
    customer,
    codes: codes ?? customerCodesOf(key, customer, maps),
  });
}

const erase = (key: string) => writer.erase({ key, website: key.split('/')[1]!, email: '' });

async function partners() {
  const { rows } = await erp.owner.query(
    `select p.shop_key, p.website, p.email, p.name, p.is_company, l.code as price_list, p.erased_at is not null as erased
       from partner p left join price_list l on l.id = p.price_list_id order by p.id`,
  );
  return rows as Record<string, unknown>[];
}

async function book() {
  const { rows } = await erp.owner.query(
    `select shop_address_id::int as id, street, city, is_default_billing as billing from partner_address
      where shop_address_id is not null order by shop_address_id`,
  );
  return rows as Record<string, unknown>[];
}

describe('a customer in the sandbox ERP', () => {
  it('is one partner with its price list, whatever its e-mail becomes', async () => {
    expect(await write({ group: 'Trade' })).toMatchObject({ status: 'created' });
    expect(await write({ group: 'Trade' })).toMatchObject({ status: 'updated' });
    expect(await write({ email: 'JANE@new.example' })).toMatchObject({ status: 'updated' });
    expect(await partners()).toEqual([
      {
        shop_key: 'us/base/1',
        website: 'base',
        email: 'jane@new.example',
        name: 'Jane Doe',
        is_company: false,
        price_list: null,
        erased: false,
      },
    ]);
  });

  it('is two partners when it is a customer of two websites', async () => {
    await write();
    await write({ website: 'b2b', customerId: 2 });
    expect((await partners()).map(({ shop_key, email }) => [shop_key, email])).toEqual([
      ['us/base/1', 'jane@example.com'],
      ['us/b2b/2', 'jane@example.com'],
    ]);
  });

  it('is one partner when two processes write it at once', async () => {
    const written = await Promise.all(Array.from({ length: 6 }, () => write()));
    expect(new Set(written.map(({ partner }) => partner.id)).size).toBe(1);
    expect(await partners()).toHaveLength(1);
  });

  it('keeps its addresses by their ids: edited, added, gone', async () => {
    await write({ addresses: [anAddress(1, { isDefaultBilling: true, company: 'ACME' }), anAddress(2)] });
    await write({ addresses: [anAddress(2, { city: 'Boston', isDefaultBilling: true }), anAddress(3)] });
    expect(await book()).toEqual([
      { id: 2, street: '1 Main St\nApt 2', city: 'Boston', billing: true },
      { id: 3, street: '1 Main St\nApt 2', city: 'Chicago', billing: false },
    ]);
    expect((await partners())[0]).toMatchObject({ is_company: false });
  });

  it('leaves another customer’s partner alone, and its e-mail with it', async () => {
    await write();
    expect(await write({ customerId: 2, firstName: 'Eve' })).toMatchObject({
      status: 'taken',
      partner: { key: 'us/base/1' },
    });
    expect((await partners()).map(({ name }) => name)).toEqual(['Jane Doe']);
  });

  it('takes over the partner that the ERP had under its e-mail', async () => {
    await erp.owner.query(
      `insert into partner (name, website, email) values ('J. Doe', 'base', 'jane@example.com')`,
    );
    expect(await write()).toMatchObject({ status: 'adopted' });
    expect(await partners()).toMatchObject([{ shop_key: 'us/base/1', name: 'Jane Doe' }]);
  });

  it('keeps its own partner when it takes an e-mail that a guest has left one under', async () => {
    await erp.owner.query(
      `insert into partner (name, website, email) values ('Guest', 'base', 'new@example.com')`,
    );
    await write();
    await write({ email: 'new@example.com' });
    expect((await partners()).map(({ name, email }) => [name, email])).toEqual([
      ['Guest', null],
      ['Jane Doe', 'new@example.com'],
    ]);
  });

  it('is refused by name for a price list that the ERP does not have, and nothing is written', async () => {
    const codes = { website: {}, group: { priceList: 'GOLD' } };
    await expect(write({}, codes)).rejects.toMatchObject({
      fault: { code: 'customer.erp_value', what: expect.stringContaining('statement "partner"') },
    });
    expect(await partners()).toEqual([]);
  });
});

describe('the partner of an order', () => {
  const guest = (email: string, members: Partial<Order> = {}) => ({
    ...anOrder({ ...mug, email }),
    ...members,
  });
  const ofAccount = (customerId: number, email: string) =>
    guest(email, { customer: { ...guest(email).customer, customerId } });

  /** The partner of each order, in the order of their numbers. */
  async function ordering(orders: Order[], guests?: Parameters<typeof createOrder>[3]) {
    await erp.owner.query('truncate sales_order cascade');
    for (const [index, order] of orders.entries())
      await createOrder(erp.cartage, { ...order, incrementId: `${index}` }, undefined, guests);
    const { rows } = await erp.owner.query('select partner_id from sales_order order by id');
    return rows.map(({ partner_id }: { partner_id: number }) => partner_id);
  }
  const distinct = (ids: number[]) => new Set(ids).size;

  it('is that of the account, whoever comes first', async () => {
    await write();
    await ordering([ofAccount(1, 'before@example.com'), ofAccount(2, 'eve@example.com')]);
    expect(await write({ customerId: 2, email: 'eve@example.com' })).toMatchObject({ status: 'updated' });
    expect((await partners()).map(({ shop_key, email }) => [shop_key, email])).toEqual([
      ['us/base/1', 'jane@example.com'],
      ['us/base/2', 'eve@example.com'],
    ]);
  });

  it('of a guest is that of the e-mail in that website, and the account’s once he has one', async () => {
    const jane = guest(' JANE@example.com');
    const ids = await ordering([jane, ofAccount(1, 'jane@example.com'), jane, { ...jane, website: 'b2b' }]);
    expect(ids).toEqual([ids[0], ids[0], ids[0], expect.any(Number)]);
    expect(distinct(ids)).toBe(2);
    expect(await write()).toMatchObject({ status: 'updated', partner: { id: String(ids[0]) } });
  });

  it('is not another account’s of the same e-mail, which keeps it until that is written', async () => {
    await write();
    expect(
      distinct(await ordering([ofAccount(1, 'jane@example.com'), ofAccount(2, 'jane@example.com')])),
    ).toBe(2);
    expect((await partners()).map(({ email }) => email)).toEqual(['jane@example.com', null]);
  });

  it('of a guest is the order’s own, or one for all, if the configuration says so', async () => {
    const jane = guest('jane@example.com');
    expect(distinct(await ordering([jane, jane], 'order'))).toBe(2);
    await erp.owner.query(`insert into partner (name, code) values ('Over the counter', 'WALKIN')`);
    const forAll = await ordering([jane, guest('joe@example.com')], { partner: 'WALKIN' });
    expect(distinct(forAll)).toBe(1);
    expect((await partners()).map(({ name }) => name)).toEqual([
      'Veronica Costello',
      'Veronica Costello',
      'Over the counter',
    ]);
    await expect(ordering([jane], { partner: 'NOBODY' })).rejects.toThrow('no partner NOBODY in the ERP');
  });
});

describe('an erased customer', () => {
  it('leaves nothing of its own, but what stands on documents', async () => {
    const order = anOrder({ ...mug, email: 'jane@example.com' });
    await write({ addresses: [anAddress(1)] });
    await createOrder(erp.cartage, order);
    for (let times = 0; times < 2; times += 1)
      expect(await erase('us/base/1')).toMatchObject({ key: 'us/base/1' });
    expect((await partners())[0]).toMatchObject({ name: 'Erased', email: null, erased: true });
    expect(await book()).toEqual([]);
    const { rows } = await erp.owner.query(
      'select city from sales_order o join partner_address a on a.id = o.invoice_address_id',
    );
    expect(rows).toEqual([{ city: 'Calder' }]);
  });

  it('that was never there is nothing', async () => {
    expect(await erase('us/base/9')).toBeNull();
  });
});

it('a statement that does not store the key is rolled back, and said', async () => {
  const { lookup } = await readCustomers();
  const blind = createSqlCustomers({
    connection: { connectionString: erp.cartageUrl },
    statements: {
      lookup,
      upsert: [{ sql: `insert into partner (name, website, email) values ('?', $website, $email)` }],
      erase: [{ sql: 'select 1' }],
    },
    deadlineMs: 8_000,
  });
  try {
    const given = { key: 'us/base/1', website: 'base', email: 'a@example.com', customer: {}, codes: {} };
    await expect(blind.upsert(given)).rejects.toMatchObject({ fault: { code: 'customer.lookup_blind' } });
    expect(await partners()).toEqual([]);
  } finally {
    await blind.close();
  }
});
