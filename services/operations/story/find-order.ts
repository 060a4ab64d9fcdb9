import { fulfilments, orders, outcomes } from '../../../schemas/topics.ts';
import { processIn } from '../../platform/groups.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';

/** Who finds more than these has not asked for one order. */
const keysMax = 20;

/**
 * Keys of the orders that are known under another number: the ERP's, that of one of its documents, of a parcel, or the
 * customer's own reference. Reads these topics whole, because they lie by the keys that are looked for.
 */
export async function findOrderKeys(
  bus: Pick<Bus, 'readAll'>,
  number: string,
  instance: string,
): Promise<string[]> {
  const found = new Set<string>();
  const add = (key: string) => found.size < keysMax && found.add(key);
  await Promise.all([
    readToEnd(bus, fulfilments, ({ key, value }) => {
      if (value?.instance !== instance) return;
      const numbers = [value.documentId, ...value.packages.map(({ trackingNumber }) => trackingNumber)];
      if (numbers.includes(number)) add(key);
    }),
    readToEnd(bus, orders, ({ key, value }) => {
      if (value?.instance !== instance) return;
      if (value.externalOrderId === number || value.payment?.purchaseOrderNumber === number) add(key);
    }),
    readToEnd(bus, outcomes, ({ value }) => {
      if (value === null || value.topic !== orders.topic || processIn(instance, value.group) === null) return;
      if (value.targetId === number) add(value.key);
    }),
  ]);
  return [...found];
}
