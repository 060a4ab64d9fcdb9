import type { Fulfilment, FulfilmentLine } from '../../../schemas/types.ts';

/** A line of a document, by default of whatever item of the order has that SKU. */
export function lineOf(sku: string, quantity: string, more: Partial<FulfilmentLine> = {}): FulfilmentLine {
  return { sku, quantity, orderLineId: null, returnToStock: null, ...more };
}

/** A document of the ERP about order 42; of what is not said it says nothing. */
export function documentOf(changes: Partial<Fulfilment> = {}): Fulfilment {
  return {
    instance: 'main',
    store: 'default',
    incrementId: '42',
    documentId: 'WH/7',
    kind: 'shipment',
    documentDate: Date.parse('2026-03-01T00:00:00Z'),
    source: null,
    lines: [],
    packages: [],
    amounts: null,
    invoiceId: null,
    withdrawn: false,
    text: null,
    occurredAt: null,
    version: { epoch: 1, number: 1 },
    shownFrom: null,
    sourceKey: '{}',
    ...changes,
  };
}
