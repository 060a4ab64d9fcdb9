import { orders } from '../../../../schemas/topics.ts';
import type { Order, Parked } from '../../../../schemas/types.ts';
import { Rejected } from '../../../platform/errors.ts';
import { readToEnd } from '../../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../../platform/kafka/types.ts';
import type { ValueReader } from '../../../platform/kafka/value-reader.ts';
import { readParked } from '../parked/records.ts';

/** Where data of the person, or of the order, lies. */
export interface Found {
  /** Keys of the orders concerned. */
  orderKeys: Set<string>;
  /** Records on the topic of orders, and when the newest of them was published, UTC milliseconds. */
  published: { count: number; newestAt: number | null };
  /** Keys of parked records that hold such an order. */
  parkedKeys: string[];
  /** Parked records of orders whose bytes cannot be read: nobody can say whose they are. */
  unreadable: string[];
}

/** Whose data is meant. */
export type Meant = (key: string, order: Order) => boolean;

export function ofCustomer(who: string): Meant {
  const email = who.trim().toLowerCase();
  return (_key, { customer }) =>
    customer.email?.toLowerCase() === email ||
    (customer.customerId !== null && String(customer.customerId) === email);
}

export function ofOrder(orderKey: string): Meant {
  return (key) => key === orderKey;
}

/** Reads all orders that are still on their topic, and all that are parked. */
export async function find(bus: Bus, reader: ValueReader, isMeant: Meant): Promise<Found> {
  const found: Found = {
    orderKeys: new Set(),
    published: { count: 0, newestAt: null },
    parkedKeys: [],
    unreadable: [],
  };
  await readToEnd(bus, orders, ({ key, value, publishedAt }) => {
    if (value === null || !isMeant(key, value)) return;
    found.orderKeys.add(key);
    found.published.count += 1;
    found.published.newestAt = Math.max(found.published.newestAt ?? 0, publishedAt);
  });
  for (const [key, record] of await readParked(bus)) {
    if (record.topic !== orders.topic || record.recordValue === null) continue;
    const order = await orderOf(record, reader);
    if (order === null) found.unreadable.push(key);
    else if (isMeant(record.key ?? '', order)) {
      found.parkedKeys.push(key);
      found.orderKeys.add(record.key!);
    }
  }
  return found;
}

async function orderOf({ topic, key, recordValue }: Parked, reader: ValueReader): Promise<Order | null> {
  if (key === null) return null;
  try {
    return (await reader.read(topic, recordValue!)) as Order;
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}
