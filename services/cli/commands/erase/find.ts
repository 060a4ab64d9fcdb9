import { customers, orders } from '../../../../schemas/topics.ts';
import type { Customer, Order, Parked } from '../../../../schemas/types.ts';
import { normalEmail } from '../../../erp/customers/email.ts';
import { Rejected } from '../../../platform/errors.ts';
import { readToEnd } from '../../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../../platform/kafka/types.ts';
import type { ValueReader } from '../../../platform/kafka/value-reader.ts';
import { readParked } from '../../../operations/parked/records.ts';

/** What lies of the person, or of the order, on one topic. */
export interface Part {
  keys: Set<string>;
  /** Records on the topic, and when the newest of them was published, UTC milliseconds. */
  published: { count: number; newestAt: number | null };
}

/** Where data of the person, or of the order, lies. */
export interface Found {
  orders: Part;
  customers: Part;
  /** Keys of parked records that hold such an order or customer. */
  parkedKeys: string[];
  /** Parked records whose bytes cannot be read: nobody can say whose they are. */
  unreadable: string[];
}

/** Whose data is meant. */
export interface Meant {
  /** @param accounts ids of the customers that are meant */
  order(key: string, order: Order, accounts: ReadonlySet<number>): boolean;
  /** Left out where one order alone is meant. */
  customer?(customer: Customer): boolean;
}

/** By e-mail: the accounts that have it, on all websites, and what each of them ordered under whatever e-mail. */
export function ofCustomer(who: string): Meant {
  const wanted = normalEmail(who);
  const isHis = (email: string | null, id: number | null) =>
    (email !== null && normalEmail(email) === wanted) || (id !== null && String(id) === wanted);
  return {
    customer: ({ email, customerId }) => isHis(email, customerId),
    order: (_key, { customer: { email, customerId } }, accounts) =>
      isHis(email, customerId) || (customerId !== null && accounts.has(customerId)),
  };
}

export function ofOrder(orderKey: string): Meant {
  return { order: (key) => key === orderKey };
}

/** Reads all customers and orders that are still on their topics, and all that are parked. */
export async function find(bus: Bus, reader: ValueReader, meant: Meant): Promise<Found> {
  const found: Found = { orders: noPart(), customers: noPart(), parkedKeys: [], unreadable: [] };
  // Accounts first: what they have ordered is found by them.
  const accounts = await readCustomers(bus, found.customers, meant);
  await readToEnd(bus, orders, ({ key, value, publishedAt }) => {
    if (value !== null && meant.order(key, value, accounts)) add(found.orders, key, publishedAt);
  });
  for (const [key, record] of await readParked(bus)) {
    const isHis = await isParkedOf(record, reader, meant, accounts);
    if (isHis === null) found.unreadable.push(key);
    if (isHis !== true) continue;
    found.parkedKeys.push(key);
    (record.topic === orders.topic ? found.orders : found.customers).keys.add(record.key!);
  }
  return found;
}

const noPart = (): Part => ({ keys: new Set(), published: { count: 0, newestAt: null } });

function add({ keys, published }: Part, key: string, publishedAt: number): void {
  keys.add(key);
  published.count += 1;
  published.newestAt = Math.max(published.newestAt ?? 0, publishedAt);
}

/** Those that have the e-mail now, or had it last: whoever gave it up is another person's account. */
async function readCustomers(bus: Bus, part: Part, meant: Meant): Promise<Set<number>> {
  const accounts = new Map<string, number>();
  if (!meant.customer) return new Set();
  await readToEnd(bus, customers, ({ key, value, publishedAt }) => {
    if (value === null) return;
    if (meant.customer!(value)) {
      add(part, key, publishedAt);
      accounts.set(key, value.customerId);
    } else {
      part.keys.delete(key);
      accounts.delete(key);
    }
  });
  return new Set(accounts.values());
}

/** Null where the bytes cannot be read. */
async function isParkedOf(
  { topic, key, recordValue }: Parked,
  reader: ValueReader,
  meant: Meant,
  accounts: ReadonlySet<number>,
): Promise<boolean | null> {
  const concerned = topic === orders.topic || (topic === customers.topic && meant.customer !== undefined);
  if (!concerned || recordValue === null) return false;
  if (key === null) return null;
  try {
    const value = await reader.read(topic, recordValue);
    return topic === orders.topic
      ? meant.order(key, value as Order, accounts)
      : meant.customer!(value as Customer);
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}
