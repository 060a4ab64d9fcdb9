/**
 * Customers end to end: an account in the shop, its partner in the ERP, and what is left of both when it is deleted.
 * What is real and what is not: see stack.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customers } from '../../schemas/topics.ts';
import type { Customer } from '../../schemas/types.ts';
import { now } from '../sandbox/shop/shop.ts';
import { getCustomer, removeCustomer, saveCustomer } from '../sandbox/shop/customers/save-customer.ts';
import type { JsonObject } from '../sandbox/shop/rest/json.ts';
import { typed } from './shell.ts';
import { openStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;
/** All records of each key, oldest first; null is a tombstone. */
const onTopic = new Map<string, (Customer | null)[]>();
const recordsOf = (key: string) => onTopic.get(key) ?? [];
/** The ERP may have what was published before this reader has it. */
const tombstoneOf = (id: number) =>
  until('its tombstone', () => recordsOf(`sandbox/base/${id}`).at(-1) === null);

beforeAll(async () => {
  // One of them waits for the sweep.
  stack = await openStack({ configuration: { 'orders.sweep.intervalMs': 2_000 } });
  await stack.bus.readAll(customers, {
    onRecord: ({ key, value }) => onTopic.set(key, [...recordsOf(key), value]),
  });
  await Promise.all([stack.start('order-relay'), stack.start('order-exporter')]);
});
afterAll(async () => stack?.close());

const home = {
  firstname: 'Ada',
  lastname: 'Lovelace',
  street: ['12 St James Square'],
  city: 'Springfield',
  region_id: 23,
  postcode: '62701',
  country_id: 'US',
  telephone: '217-555-0100',
};

/** As the shop does it: the row, then the webhook. */
function save(members: JsonObject, id?: number) {
  const { shop } = stack.shop;
  const saved = saveCustomer(shop, members, id === undefined ? null : getCustomer(shop, id));
  shop.db.commit();
  return saved;
}

interface Partner {
  id: number;
  email: string | null;
  name: string;
  addresses: { id: number; city: string }[];
}

async function partnerOf(customerId: number, website = 'base'): Promise<Partner | undefined> {
  const { rows } = await stack.erp.query<Partner>(
    `select p.id, p.email, p.name, coalesce(
              (select json_agg(json_build_object('id', a.shop_address_id, 'city', a.city) order by a.shop_address_id)
                 from partner_address a where a.partner_id = p.id and a.shop_address_id is not null), '[]') as addresses
       from partner p where shop_key = $1`,
    [`sandbox/${website}/${customerId}`],
  );
  return rows[0];
}

const partnerThat = (what: string, customerId: number, is: (partner: Partner) => boolean) =>
  until(what, async () => {
    const partner = await partnerOf(customerId);
    return partner !== undefined && is(partner) && partner;
  });

describe('a customer', () => {
  it('is one partner of the ERP from its account on, and stays it: address edited, e-mail changed', async () => {
    const { id } = save({ email: 'Ada@Example.com', firstname: 'Ada', lastname: 'Lovelace' });
    const made = await partnerThat('the partner', id, ({ email }) => email === 'ada@example.com');
    const addressId = save({ addresses: [home] }, id).addresses[0]!.id;
    await partnerThat('the address', id, ({ addresses }) => addresses[0]?.id === addressId);
    save({ addresses: [{ ...home, id: addressId, city: 'Peoria' }] }, id);
    await partnerThat('the edited address', id, ({ addresses }) => addresses[0]?.city === 'Peoria');
    save({ email: 'ada@new.example', lastname: 'King' }, id);
    expect(await partnerThat('the new e-mail', id, ({ email }) => email === 'ada@new.example')).toEqual({
      id: made.id,
      email: 'ada@new.example',
      name: 'Ada King',
      addresses: [{ id: addressId, city: 'Peoria' }],
    });
    const { rows } = await stack.erp.query('select from partner');
    expect(rows).toHaveLength(1);
  });

  it('is found by the sweep when its webhook was lost, of another website too', async () => {
    const { shop } = stack.shop;
    const known = getCustomer(shop, 1);
    const id = shop.db.next('customer');
    shop.db.customers.save({
      ...known,
      id,
      website_id: 2,
      store_id: 3,
      updated_at: now(shop),
      addresses: [],
    });
    shop.db.commit();
    await until('the partner of the other website', () => partnerOf(id, 'b2b'));
    expect(await until('its record', () => recordsOf(`sandbox/b2b/${id}`).at(-1))).toMatchObject({
      website: 'b2b',
      store: 'b2b_en',
      group: 'General',
    });
  });

  it('is one partner though the exporter is killed between writing it and telling of it', async () => {
    expect(await stack.stop('order-exporter')).toBe(0);
    await stack.start('order-exporter', { throughProxy: true });
    stack.proxy.onProduceAnswer(() => 'swallow');
    const { id } = save({ email: 'crash@example.com', firstname: 'Kim', lastname: 'X', addresses: [home] });
    const made = await partnerThat('the partner', id, ({ addresses }) => addresses.length === 1);
    await stack.kill('order-exporter');
    stack.proxy.onProduceAnswer(() => 'pass');
    await stack.start('order-exporter');
    const told = () =>
      stack.witness.outcomes.find(
        ({ topic, key }) => topic === customers.topic && key === `sandbox/base/${id}`,
      );
    const partner = String(made.id);
    expect(await until('the outcome', told)).toMatchObject({ status: 'applied', targetId: partner });
    expect(await partnerOf(id)).toEqual(made);
  });
});

describe('a deleted customer', () => {
  it('is a tombstone on the topic and is erased in the ERP; nothing of it is parked', async () => {
    const { id } = save({ email: 'eve@example.com', firstname: 'Eve', lastname: 'X', addresses: [home] });
    await partnerThat('the partner', id, ({ addresses }) => addresses.length === 1);
    removeCustomer(stack.shop.shop, getCustomer(stack.shop.shop, id));
    stack.shop.shop.db.commit();
    const erased = await partnerThat('the erased partner', id, ({ email }) => email === null);
    expect(erased).toMatchObject({ name: 'Erased', addresses: [] });
    await tombstoneOf(id);
    expect([...stack.witness.parked.keys()]).toEqual([]);
  });

  it('that was held is parked no more: what Cartage kept of it goes', async () => {
    const gone = { email: 'held@example.com', firstname: 'Held', lastname: 'X' };
    stack.shop.shop.db.customerGroups.save({ id: 9, code: 'Unmapped', tax_class_id: 3 });
    const { id } = save({ ...gone, group_id: 9 });
    await until('it to be held', () => stack.witness.parkedFor('customer.group_unmapped').length === 1);
    removeCustomer(stack.shop.shop, getCustomer(stack.shop.shop, id));
    stack.shop.shop.db.commit();
    await until('nothing to be parked', () => stack.witness.parked.size === 0);
    expect(await partnerOf(id)).toBeUndefined();
  });

  it('that no webhook told of is erased by name, and the one that the shop still has stays', async () => {
    const erase = () => typed('cartage --as ada erase customer Vic@Example.com', stack.environment);
    const { id } = save({ email: 'vic@example.com', firstname: 'Vic', lastname: 'X', addresses: [home] });
    const kept = save({ email: 'vic@example.org', firstname: 'Vic', lastname: 'Y' });
    await partnerThat('the partner', id, ({ email }) => email === 'vic@example.com');
    await partnerThat('the other partner', kept.id, ({ email }) => email === 'vic@example.org');
    const before = recordsOf(`sandbox/base/${id}`).length;
    expect((await erase()).out).toContain(`sandbox/base/${id}\n`);
    await until('it to be read again', () => recordsOf(`sandbox/base/${id}`).length > before);
    expect(recordsOf(`sandbox/base/${id}`)).not.toContain(null);
    const { db } = stack.shop.shop;
    db.customers.remove(getCustomer(stack.shop.shop, id));
    db.commit();
    expect(await erase()).toMatchObject({ code: 0 });
    await partnerThat('the erased partner', id, ({ name, email }) => name === 'Erased' && email === null);
    await tombstoneOf(id);
    expect((await partnerOf(kept.id))!.email).toBe('vic@example.org');
  });
});
