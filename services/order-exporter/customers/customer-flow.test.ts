/** Real: the exporter's decisions. Double: the ERP, partners in memory with the promises of `ErpCustomers`. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { customerKey } from '../../../schemas/keys.ts';
import type { Customer } from '../../../schemas/types.ts';
import type {
  CustomerInput,
  ErpCustomers,
  FoundPartner,
  Upserted,
  Who,
} from '../../erp/customers/erp-customers.ts';
import type { PlannedStep } from '../../erp/planned-step.ts';
import { Held, Rejected, Unavailable } from '../../platform/errors.ts';
import { LeaseLost } from '../../platform/fence.ts';
import type { Attempt } from '../../platform/flow/outcome/outcome.ts';
import type { Mode } from '../../platform/groups.ts';
import type { Received } from '../../platform/kafka/types.ts';
import { customerFlow } from './customer-flow.ts';
import { aCustomer } from './testing/a-customer.ts';

interface Partner {
  id: string;
  key: string | null;
  website: string;
  email: string;
  erased?: true;
}

class ErpInMemory implements ErpCustomers {
  readonly partners: Partner[] = [];
  lastInput: CustomerInput | null = null;
  writes = 0;

  isDown = false;

  async lookup({ key, website, email }: Who): Promise<FoundPartner | null> {
    await turn();
    if (this.isDown) throw new Unavailable({ code: 'erp.down', what: 'Down', fix: 'Wait' });
    const found =
      this.partners.find((one) => one.key === key) ??
      this.partners.find((one) => one.website === website && one.email === email && email !== '');
    return found ? { id: found.id, reference: null, key: found.key } : null;
  }

  async upsert(input: CustomerInput): Promise<Upserted> {
    const found = await this.lookup(input);
    if (found?.key !== undefined && found.key !== null && found.key !== input.key)
      return { status: 'taken', partner: found };
    this.writes += 1;
    this.lastInput = input;
    const { key, website, email } = input;
    const id = found?.id ?? `P${this.partners.length + 1}`;
    const partner = { id, key, website, email };
    if (found === null) this.partners.push(partner);
    else
      Object.assign(
        this.partners.find((one) => one.id === id)!,
        partner,
      );
    const status = found === null ? 'created' : found.key === null ? 'adopted' : 'updated';
    return { status, partner: { id, reference: null, key } };
  }

  async erase({ key }: Who): Promise<FoundPartner | null> {
    await turn();
    const found = this.partners.find((one) => one.key === key);
    if (!found) return null;
    this.writes += 1;
    Object.assign(found, { email: '', erased: true });
    return { id: found.id, reference: null, key };
  }
}

let erp: ErpInMemory;
beforeEach(() => {
  erp = new ErpInMemory();
});

const groups: Record<string, Record<string, unknown>> = { General: {}, Wholesale: { priceList: 'TRADE' } };
const flow = (mode: Mode = 'on') =>
  customerFlow({
    erp,
    customers: { websites: { base: { channel: 'WEB' }, b2b: {} }, groups },
    connections: 4,
    settleMs: 1_000,
    instance: 'us',
    mode,
  });

const record = (key: string, value: Customer | null) => ({ key, value }) as Received<Customer>;

async function handle(customer: Customer | string, mode: Mode = 'on', assertCurrent = () => {}) {
  const attempt: Attempt = { number: 1, mode, assertCurrent };
  const one = typeof customer === 'string' ? record(customer, null) : record(customerKey(customer), customer);
  return (await flow(mode).apply([one], attempt)).get(one);
}

it('is run as what may create, and must not do so twice; deletions reach it', () => {
  expect(flow()).toMatchObject({ creates: true, settleMs: 1_000, takesTombstones: true });
  expect([flow().batchSize(''), flow().concurrency()]).toEqual([1, 4]);
});

it('probes the ERP by a look-up of nobody, which fails with the ERP', async () => {
  erp.partners.push({ id: 'P1', key: null, website: '-', email: '' });
  await flow().probe();
  expect(erp.writes).toBe(0);
  erp.isDown = true;
  await expect(flow().probe()).rejects.toThrow('Down');
});

describe('a customer', () => {
  it('has one partner, whatever the case and the spaces of its e-mail, and its codes', async () => {
    expect(await handle(aCustomer({ group: 'Wholesale' }))).toEqual({
      status: 'applied',
      targetId: 'P1',
      cause: 'partner created',
    });
    expect(erp.lastInput).toMatchObject({
      key: 'us/base/1',
      website: 'base',
      email: 'jane@example.com',
      codes: { website: { channel: 'WEB' }, group: { priceList: 'TRADE' } },
    });
    expect(await handle(aCustomer())).toMatchObject({ targetId: 'P1', cause: 'partner written' });
  });

  it('keeps its partner when its e-mail changes', async () => {
    await handle(aCustomer());
    expect(await handle(aCustomer({ email: 'new@example.com' }))).toMatchObject({ targetId: 'P1' });
    expect(erp.partners).toMatchObject([{ key: 'us/base/1', email: 'new@example.com' }]);
  });

  it('takes over the partner that a guest of its e-mail has left', async () => {
    erp.partners.push({ id: 'P1', key: null, website: 'base', email: 'jane@example.com' });
    expect(await handle(aCustomer())).toMatchObject({
      targetId: 'P1',
      cause: expect.stringContaining('own now'),
    });
    expect(erp.partners).toHaveLength(1);
  });

  it('of another website is another partner, with the same e-mail', async () => {
    await handle(aCustomer());
    await handle(aCustomer({ website: 'b2b', customerId: 2 }));
    expect(erp.partners.map(({ key }) => key)).toEqual(['us/base/1', 'us/b2b/2']);
  });

  it('is held while its e-mail is still that of another customer, and tried again now and then', async () => {
    await handle(aCustomer());
    const second = handle(aCustomer({ customerId: 2 }));
    await expect(second).rejects.toThrow(Held);
    await expect(second).rejects.toMatchObject({
      fault: { code: 'customer.email_taken', waitsFor: 'customer/us/base/1' },
    });
    expect(erp.partners).toHaveLength(1);
    expect(await flow().awaited!.customer!(['us/base/1'])).toEqual(new Set(['us/base/1']));
    await handle(aCustomer({ email: 'moved@example.com' }));
    expect(await handle(aCustomer({ customerId: 2 }))).toMatchObject({ cause: 'partner created' });
  });

  it.each([
    [{ website: 'eu' }, 'customer.website_unmapped', 'configuration/customers/websites/eu'],
    [{ group: 'VIP' }, 'customer.group_unmapped', 'configuration/customers/groups/VIP'],
  ])('%j is held with the line to add', async (members, code, waitsFor) => {
    await expect(handle(aCustomer(members))).rejects.toMatchObject({ fault: { code, waitsFor } });
    expect(erp.writes).toBe(0);
  });

  it('of a group that is gone from the shop is rejected', async () => {
    const refused = handle(aCustomer({ group: null }));
    await expect(refused).rejects.toThrow(Rejected);
    await expect(refused).rejects.toMatchObject({ fault: { code: 'customer.group_unknown' } });
  });
});

describe('a deleted customer', () => {
  it('is erased in the ERP, once and again', async () => {
    await handle(aCustomer());
    for (let times = 0; times < 2; times += 1)
      expect(await handle('us/base/1')).toMatchObject({ status: 'applied', targetId: 'P1' });
    expect(erp.partners).toMatchObject([{ key: 'us/base/1', erased: true }]);
  });

  it('that the ERP never had asks nothing of it, and takes no other’s partner', async () => {
    erp.partners.push({ id: 'P1', key: null, website: 'base', email: '' });
    expect(await handle('us/base/1')).toMatchObject({ status: 'unchanged' });
    expect(erp.writes).toBe(0);
  });

  it('makes room for a new account of the same e-mail', async () => {
    await handle(aCustomer());
    await handle('us/base/1');
    expect(await handle(aCustomer({ customerId: 5 }))).toMatchObject({ cause: 'partner created' });
  });
});

it('dry says what it would do and writes nothing', async () => {
  erp.partners.push({ id: 'P9', key: 'us/base/9', website: 'base', email: 'x@example.com' });
  const said = [aCustomer(), aCustomer({ customerId: 9 }), 'us/base/9', 'us/base/7'];
  const results = [];
  for (const one of said) results.push(await handle(one, 'dry'));
  expect(results.map((one) => (one as { cause: string }).cause)).toEqual([
    'would create a partner, as {"website":{"channel":"WEB"},"group":{}}',
    'would write partner P9, as {"website":{"channel":"WEB"},"group":{}}',
    'would erase partner P9, deleted in the shop',
    'deleted in the shop; the ERP does not have it',
  ]);
  expect(erp.writes).toBe(0);
});

it('dry names the calls that would write, where the ERP can tell, and holds what would be held', async () => {
  const plan = async (input: CustomerInput, tell: (step: PlannedStep) => void) => {
    tell({ name: 'customers.lookup.0', is: 'asks', text: '' });
    for (const name of ['customers.create', 'customers.parts.book.make'])
      tell({ name, is: 'writes', text: `Jane ${input.key}` });
    return erp.lookup(input);
  };
  Object.assign(erp, { plan });
  expect(await handle(aCustomer(), 'dry')).toEqual({
    status: 'dry',
    cause:
      'would create a partner, as {"website":{"channel":"WEB"},"group":{}}, by customers.create, customers.parts.book.make',
  });
  await handle(aCustomer());
  for (const known of [plan, undefined]) {
    Object.assign(erp, { plan: known });
    await expect(handle(aCustomer({ customerId: 2 }), 'dry')).rejects.toMatchObject({
      fault: { code: 'customer.email_taken' },
    });
  }
});

it('writes nothing when the customer is another process’s by now', async () => {
  const lost = () => {
    throw new LeaseLost('gone');
  };
  for (const one of [aCustomer(), 'us/base/1'])
    await expect(handle(one, 'on', lost)).rejects.toThrow(LeaseLost);
  expect(erp.writes).toBe(0);
});

it('customers of other instances are for others', () => {
  const { accepts } = flow();
  expect([accepts!(record('us/base/1', null)), accepts!(record('eu/base/1', null))]).toEqual([true, false]);
});
