import { splitKey } from '../../../schemas/keys.ts';
import { customers as contract } from '../../../schemas/topics.ts';
import type { Customer } from '../../../schemas/types.ts';
import type {
  CustomerInput,
  ErpCustomers,
  FoundPartner,
  Upserted,
  Who,
} from '../../erp/customers/erp-customers.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Held } from '../../platform/errors.ts';
import type { Attempt, Handled } from '../../platform/flow/outcome/outcome.ts';
import type { StateFlow } from '../../platform/flow/states/state-flow.ts';
import type { Mode } from '../../platform/groups.ts';
import { PlannedCalls } from '../planned-calls.ts';
import { customerCodesOf } from './codes.ts';
import { normalEmail } from '../../erp/customers/email.ts';

export interface CustomerFlowOptions {
  erp: ErpCustomers;
  customers: Pick<Config['customers'], 'websites' | 'groups'>;
  /** Customers written at once; each takes one connection to the ERP. */
  connections: number;
  /** How long the ERP may go on with a request after we gave up. */
  settleMs: number;
  instance: string;
  mode: Mode;
}

/**
 * Brings the newest state of each customer into the ERP, and what a deletion asks of it. A partner may be created by
 * that, which an ERP without a unique key would do twice: an unknown outcome is waited for, then looked at.
 */
export function customerFlow(options: CustomerFlowOptions): StateFlow<Customer> {
  return {
    name: 'customers',
    contracts: [contract],
    mode: options.mode,
    concurrency: () => options.connections,
    settleMs: options.settleMs,
    creates: true,
    takesTombstones: true,
    accepts: ({ key }) => splitKey(key, 3)?.[0] === options.instance,
    batchGroupOf: () => 'one by one',
    batchSize: () => 1,
    // Whoever holds the e-mail may give it up unseen: what waits for that is tried again now and then.
    awaited: { customer: async (keys) => new Set(keys) },
    // A key that no customer can have: the ERP answers, and nothing is found.
    probe: async () => void (await options.erp.lookup(whoIs('-/-/-', ''))),
    apply: async (records, attempt) => {
      const [record] = records as [(typeof records)[0]];
      const { key, value } = record;
      const handled = await (value === null
        ? erase(key, options, attempt)
        : upsert(key, value, options, attempt));
      return new Map([[record, handled]]);
    },
  };
}

async function upsert(
  key: string,
  customer: Customer,
  { erp, customers }: CustomerFlowOptions,
  attempt: Attempt,
): Promise<Handled> {
  const codes = customerCodesOf(key, customer, customers);
  const input = { ...whoIs(key, customer.email), customer, codes };
  if (attempt.mode === 'dry') return wouldUpsert(input, erp);
  attempt.assertCurrent();
  const { status, partner } = await erp.upsert(input);
  if (status === 'taken') throw emailTaken(key, partner);
  return { status: 'applied', targetId: nameOf(partner), cause: words[status] };
}

async function wouldUpsert(input: CustomerInput, erp: ErpCustomers): Promise<Handled> {
  const calls = new PlannedCalls();
  const found = await (erp.plan?.(input, calls.tell) ?? erp.lookup(input));
  if (found !== null && found.key !== null && found.key !== input.key) throw emailTaken(input.key, found);
  const verb = found === null ? 'create a partner' : `write partner ${nameOf(found)}`;
  return { status: 'dry', cause: `would ${verb}, as ${JSON.stringify(input.codes)}${calls.words}` };
}

const words: Readonly<Record<Exclude<Upserted['status'], 'taken'>, string>> = {
  created: 'partner created',
  adopted: 'the partner that had its e-mail is its own now',
  updated: 'partner written',
};

async function erase(key: string, { erp }: CustomerFlowOptions, attempt: Attempt): Promise<Handled> {
  const who = whoIs(key, '');
  if (attempt.mode === 'dry') {
    const found = await erp.lookup(who);
    if (found === null)
      return { status: 'unchanged', cause: 'deleted in the shop; the ERP does not have it' };
    return { status: 'dry', cause: `would erase partner ${nameOf(found)}, deleted in the shop` };
  }
  attempt.assertCurrent();
  const erased = await erp.erase(who);
  return erased === null
    ? { status: 'unchanged', cause: 'deleted in the shop; the ERP does not have it' }
    : { status: 'applied', targetId: nameOf(erased), cause: 'deleted in the shop; erased in the ERP' };
}

function whoIs(key: string, email: string): Who {
  return { key, website: splitKey(key, 3)![1]!, email: normalEmail(email) };
}

function nameOf({ id, reference }: FoundPartner): string {
  return reference ?? id;
}

/** In the shop an address is one customer's per website, so the other one has changed its own: it is told soon. */
function emailTaken(key: string, { key: other, ...partner }: FoundPartner): Held {
  return new Held({
    code: 'customer.email_taken',
    what: `The e-mail address of customer ${key} is that of the ERP's partner ${partner.reference ?? partner.id}, which is customer ${other}`,
    fix: `Usually that customer has given the address up, and this one is tried again by itself. If it lasts: \`cartage refresh magento.customers ${other}\`, or correct the partner in the ERP`,
    waitsFor: `customer/${other}`,
  });
}
