/**
 * What every way into an ERP promises of customers, by SQL or over HTTP: one partner per website and e-mail, which stays the
 * customer's. Real: both adapters. What the ERP is, the backend says: a real PostgreSQL, or a stand-in on loopback. Asserted:
 * what the ERP holds afterwards, and what is told.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { customerKey } from '../../schemas/keys.ts';
import type { Customer } from '../../schemas/types.ts';
import type { CustomerInput, ErpCustomers } from '../../services/erp/customers/erp-customers.ts';
import { normalEmail } from '../../services/erp/customers/email.ts';
import { buyerOf } from '../../services/erp/orders/buyer.ts';
import type { ErpOrders } from '../../services/erp/orders/erp-orders.ts';
import { aCustomer, anAddress } from '../../services/order-exporter/customers/testing/a-customer.ts';
import { anInput } from '../erp-orders/an-input.ts';

/** A partner as the ERP holds it. */
export interface HeldPartner {
  /** Empty where it has none. */
  key: string;
  website: string;
  email: string;
  name: string;
  /** The address book: cities by the shop's id of the address; what is switched off is not in it. */
  cities: Record<string, string>;
}

export interface CustomersBackend {
  /** New adapters, as another process has them. */
  open(): { customers: ErpCustomers; orders: ErpOrders; close(): Promise<void> };
  /** In the order in which they were made. */
  partners(): Promise<HeldPartner[]>;
  /** The partner of each order, as a place in that list. */
  buyers(): Promise<number[]>;
  /** The next write that makes a partner is carried out, and its answer lost. */
  loseAnswer(): void;
  close(): Promise<void>;
}

export function anInputOf(members: Partial<Customer> = {}): CustomerInput {
  const customer = aCustomer({ addresses: [anAddress(1, { isDefaultBilling: true })], ...members });
  const { website, email } = customer;
  const codes = { website: {}, group: {} };
  return { key: customerKey(customer), website, email: normalEmail(email), customer, codes };
}

const jane: HeldPartner = {
  key: 'us/base/1',
  website: 'base',
  email: 'jane@example.com',
  name: 'Jane Doe',
  cities: { 1: 'Chicago' },
};

export function customersSuite(name: string, start: () => Promise<CustomersBackend>): void {
  let backend: CustomersBackend;
  let opened: ReturnType<CustomersBackend['open']>[];
  const open = () => {
    const one = backend.open();
    opened.push(one);
    return one;
  };
  const upsert = (members: Partial<Customer> = {}) => open().customers.upsert(anInputOf(members));
  const erase = (key: string) => open().customers.erase({ key, website: 'base', email: '' });
  const emails = async () => (await backend.partners()).map(({ key, email }) => `${key} ${email}`);

  /** An order of the account, or of a guest. */
  function order(number: number, customerId: number | null, email = 'Jane@example.com') {
    const { customer } = anInput().order;
    const given = anInput({
      website: 'base',
      customer: { ...customer, customerId, email },
    });
    const key = `us/default/00000000${number}`;
    return open().orders.create({ ...given, key, buyer: buyerOf(given.order, 'email') });
  }

  beforeEach(async () => {
    opened = [];
    backend = await start();
  });
  afterEach(async () => {
    await Promise.all(opened.map((one) => one.close()));
    await backend.close();
  });

  describe(`a customer into ${name}`, () => {
    it('is made once, with its addresses, and known by its key from then on', async () => {
      const { key } = anInputOf();
      expect(await open().customers.lookup({ key, website: 'base', email: '' })).toBeNull();
      const made = await upsert();
      expect(made).toMatchObject({ status: 'created', partner: { key } });
      expect(await backend.partners()).toEqual([jane]);
      expect(await upsert()).toEqual({ status: 'updated', partner: made.partner });
      expect(await open().customers.lookup({ key, website: 'base', email: '' })).toEqual(made.partner);
      expect(await backend.partners()).toEqual([jane]);
    });

    it('keeps its partner when its e-mail changes, and its addresses by their ids', async () => {
      await upsert({ addresses: [anAddress(1), anAddress(2)] });
      const addresses = [anAddress(2, { city: 'Boston', isDefaultBilling: true }), anAddress(3)];
      expect(await upsert({ email: 'JANE@new.example', addresses })).toMatchObject({ status: 'updated' });
      expect(await backend.partners()).toEqual([
        { ...jane, email: 'jane@new.example', cities: { 2: 'Boston', 3: 'Chicago' } },
      ]);
    });

    it('is another one in another website, under the same e-mail', async () => {
      await upsert();
      expect(await upsert({ website: 'b2b', customerId: 2 })).toMatchObject({ status: 'created' });
      expect(await emails()).toEqual(['us/base/1 jane@example.com', 'us/b2b/2 jane@example.com']);
    });

    it('takes nothing of another customer, and is told whose the e-mail is', async () => {
      await upsert();
      const taken = { status: 'taken', partner: { key: 'us/base/1' } };
      expect(await upsert({ customerId: 2, firstName: 'Eve' })).toMatchObject(taken);
      await upsert({ customerId: 3, firstName: 'Ann', email: 'ann@example.com' });
      expect(await upsert({ customerId: 3, firstName: 'Ann' })).toMatchObject(taken);
      expect(await emails()).toEqual(['us/base/1 jane@example.com', 'us/base/3 ann@example.com']);
      expect((await backend.partners())[0]).toEqual(jane);
    });

    it('whose answer is lost is an unknown outcome, and found at the next look', async () => {
      backend.loseAnswer();
      await expect(upsert()).rejects.toMatchObject({ name: 'Unavailable', outcome: 'unknown' });
      await upsert();
      expect(await backend.partners()).toEqual([jane]);
    });

    it('written by four at once is one', async () => {
      const written = await Promise.all([1, 2, 3, 4].map(() => upsert()));
      expect(new Set(written.map(({ partner }) => partner.id)).size).toBe(1);
      expect(await backend.partners()).toEqual([jane]);
    });

    it('has the partner that its orders have, whichever comes first', async () => {
      await order(1, 1);
      expect(await upsert()).toMatchObject({ status: 'updated' });
      await order(2, 1);
      // Ordered before the change, exported after it.
      await upsert({ email: 'jane@new.example' });
      await order(3, 1);
      expect(await emails()).toEqual(['us/base/1 jane@new.example']);
      expect(await backend.buyers()).toEqual([0, 0, 0]);
    });

    it('takes over the partner of the guest that it was, and of the guest that it is', async () => {
      await order(1, null, ' JANE@example.com');
      expect(await upsert()).toMatchObject({ status: 'adopted', partner: { key: 'us/base/1' } });
      await order(2, null);
      await order(3, null, 'bob@example.com');
      expect(await emails()).toEqual(['us/base/1 jane@example.com', ' bob@example.com']);
      expect(await backend.buyers()).toEqual([0, 0, 1]);
    });

    it('that is deleted leaves no name behind, keeps what it bought, and can come again', async () => {
      await order(1, 1);
      await upsert();
      const { key } = anInputOf();
      expect(await erase(key)).toMatchObject({ key });
      expect(await erase(key)).toMatchObject({ key });
      const erased = { key, email: '', name: 'erased' };
      const [partner] = await backend.partners();
      expect(partner).toMatchObject(erased);
      expect(JSON.stringify(partner)).not.toContain('Chicago');
      expect(await backend.buyers()).toEqual([0]);
      // A new account of that e-mail.
      expect(await upsert({ customerId: 2 })).toMatchObject({ status: 'created' });
      expect(await emails()).toEqual([`${key} `, 'us/base/2 jane@example.com']);
    });

    it('that is deleted while it has open orders keeps them, and gets no name back by those that come late', async () => {
      await upsert();
      await order(1, 1);
      const { key } = anInputOf();
      await erase(key);
      // Delivered again; and one that was placed, and read, before the account was deleted.
      expect(await order(1, 1)).toMatchObject({ created: false });
      expect(await order(2, 1)).toMatchObject({ created: true });
      expect(await erase(key)).toMatchObject({ key });
      expect((await backend.partners())[0]).toMatchObject({ key, email: '', name: 'erased' });
      // From now on the shop knows the buyer of its orders as a guest of that e-mail.
      await order(3, null);
      expect(await backend.buyers()).toEqual([0, 0, 1]);
      expect((await emails())[1]).toBe(' jane@example.com');
    });

    it('that the ERP never had is not erased there', async () => {
      await upsert();
      expect(await erase('us/base/9')).toBeNull();
      expect(await backend.partners()).toEqual([jane]);
    });
  });
}
