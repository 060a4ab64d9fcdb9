/** Records as the processes write them, with what a test does not care about filled in. */
import { Buffer } from 'node:buffer';
import type { Difference, Outcome, Parked } from '../../schemas/types.ts';

/** Stands for a customer's address within the bytes of a record: it must never be served. */
export const secretAddress = 'jane.doe@example.com, 5 Elm Street';

export function outcomeOf(instance: string, own: Partial<Outcome> & { process?: string }): Outcome {
  const { process = 'inventory-applier', ...rest } = own;
  const finishedAt = rest.finishedAt ?? Date.now();
  return {
    group: `cartage.${instance}.${process}`,
    topic: 'erp.stock',
    partition: 0,
    offset: 0,
    key: 'WH/SKU-1',
    documentId: null,
    eventId: null,
    status: 'applied',
    code: null,
    cause: null,
    targetId: null,
    attempts: 1,
    version: null,
    occurredAt: finishedAt - 2_000,
    publishedAt: finishedAt - 1_000,
    startedAt: finishedAt - 100,
    finishedAt,
    traceId: null,
    ...rest,
  };
}

export function parkedOf(instance: string, own: Partial<Parked> & { process?: string }): Parked {
  const { process = 'order-exporter', ...rest } = own;
  return {
    group: `cartage.${instance}.${process}`,
    topic: 'magento.orders',
    partition: 0,
    offset: 0,
    key: `${instance}/default/000000001`,
    documentId: null,
    status: 'held',
    code: 'order.payment_unmapped',
    cause: 'Order 000000001 was paid by "purchaseorder", which has no rule',
    why: null,
    fix: 'Add purchaseorder to orders.dueStates',
    attempts: 1,
    parkedAt: Date.now(),
    eventId: null,
    headers: { note: secretAddress },
    recordValue: Buffer.from(secretAddress),
    waitsFor: null,
    ...rest,
  };
}

export function differenceOf(instance: string, own: Partial<Difference>): Difference {
  const at = Date.now();
  return {
    instance,
    kind: 'stock',
    topic: 'erp.stock',
    key: 'W1/SKU-1',
    field: 'quantity',
    wanted: '5.0000',
    found: '3.0000',
    side: 'shop',
    changedAt: null,
    firstSeenAt: at,
    seenAt: at,
    valueMinor: null,
    digits: null,
    currency: null,
    cause: 'changed_by_hand',
    why: 'It was written, and the shop shows another value',
    fix: '`cartage differences repair` writes what the ERP says',
    repairs: 0,
    repairedAt: null,
    repair: 'none',
    ...own,
  };
}
