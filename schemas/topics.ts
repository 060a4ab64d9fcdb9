/**
 * The one table of topics. Topic creation, the registration of contracts, the
 * catalogue in schemas/README.md, access lists and tests are all made from it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  controlKey,
  customerKey,
  differenceKey,
  documentKey,
  fulfilmentDocument,
  orderKey,
  stockKey,
} from './keys.ts';
import { contract } from './contract.ts';
import type { Contract } from './contract.ts';
import type {
  Audit,
  Control,
  Cursor,
  Customer,
  Difference,
  Fulfilment,
  Order,
  Outcome,
  Parked,
  Prices,
  Product,
  Refresh,
  Stock,
} from './types.ts';

export type { Contract, ContractKind } from './contract.ts';

const dayMs = 86_400_000;

/** The processes that handle records: they say what became of each, park what they cannot apply, and remember that. */
const handlers = [
  'order-relay',
  'order-exporter',
  'erp-ingester',
  'inventory-applier',
  'catalog-applier',
  'shipment-applier',
];

export const orders = contract<Order>({
  topic: 'magento.orders',
  kind: 'document',
  key: orderKey,
  keyParts: 'instance/store/increment_id',
  description: 'The whole order as of now',
  retentionMs: 28 * dayMs,
  owner: 'order-relay',
  writers: ['order-relay'],
  readers: ['order-relay', 'order-exporter', 'reconciler', 'console', 'cli', 'WMS', 'CRM'],
  personalData: true,
});

export const customers = contract<Customer>({
  topic: 'magento.customers',
  kind: 'state',
  key: customerKey,
  keyParts: 'instance/website/customer id',
  description: 'The whole customer as of now, with group and addresses',
  retentionMs: 'compacted',
  owner: 'order-relay',
  writers: ['order-relay'],
  readers: ['order-relay', 'order-exporter', 'reconciler', 'cli', 'CRM'],
  personalData: true,
});

export const stock = contract<Stock>({
  topic: 'erp.stock',
  kind: 'state',
  key: stockKey,
  keyParts: 'source/sku',
  description: 'Quantity and status of a SKU at a source as of now',
  retentionMs: 'compacted',
  owner: 'erp-ingester',
  writers: ['erp-ingester'],
  readers: ['erp-ingester', 'inventory-applier', 'reconciler', 'console', 'cli', 'others'],
  personalData: false,
});

export const products = contract<Product>({
  topic: 'erp.products',
  kind: 'state',
  key: (product) => product.sku,
  keyParts: 'sku',
  description: 'The whole product as of now',
  retentionMs: 'compacted',
  owner: 'erp-ingester',
  writers: ['erp-ingester'],
  readers: ['erp-ingester', 'catalog-applier', 'reconciler', 'console', 'cli'],
  personalData: false,
});

export const prices = contract<Prices>({
  topic: 'erp.prices',
  kind: 'state',
  key: (value) => value.sku,
  keyParts: 'sku',
  description: 'All prices of a SKU as of now',
  retentionMs: 'compacted',
  owner: 'erp-ingester',
  writers: ['erp-ingester'],
  readers: ['erp-ingester', 'catalog-applier', 'reconciler', 'console', 'cli'],
  personalData: false,
});

export const fulfilments = contract<Fulfilment>({
  topic: 'erp.fulfilments',
  kind: 'document',
  key: orderKey,
  document: fulfilmentDocument,
  keyParts: 'instance/store/increment_id',
  description:
    'One ERP document about an order: a shipment with its parcels, an invoice, a credit memo, a cancellation, a comment, or the order itself',
  retentionMs: 28 * dayMs,
  owner: 'erp-ingester',
  writers: ['erp-ingester', 'order-exporter'],
  readers: ['erp-ingester', 'shipment-applier', 'reconciler', 'console', 'cli'],
  personalData: true,
});

export const refresh = contract<Refresh>({
  topic: 'cartage.refresh',
  kind: 'state',
  key: (value) => value.key,
  keyParts: 'as the topic asked for',
  description: 'Read this key at its source again',
  retentionMs: 7 * dayMs,
  owner: 'platform',
  writers: [...handlers, 'reconciler', 'cli', 'console'],
  readers: ['order-relay', 'erp-ingester', 'reconciler', 'console', 'cli'],
  personalData: false,
});

export const outcomes = contract<Outcome>({
  topic: 'cartage.outcomes',
  kind: 'document',
  key: (outcome) => outcome.key,
  keyParts: 'key of the record',
  description: 'What became of one record',
  retentionMs: 7 * dayMs,
  owner: 'platform',
  writers: handlers,
  readers: ['shipment-applier', 'reconciler', 'console', 'cli'],
  personalData: false,
});

export const parked = contract<Parked>({
  topic: 'cartage.parked',
  kind: 'state',
  key: documentKey,
  keyParts: 'group/topic/key[/document], or group/topic/partition/offset when undecodable',
  description: 'A record that could not be applied: original bytes, cause, fix, attempts',
  retentionMs: 'compacted',
  owner: 'platform',
  writers: [...handlers, 'cli', 'console'],
  readers: [...handlers, 'reconciler', 'console', 'cli'],
  personalData: true,
});

export const cursors = contract<Cursor>({
  topic: 'cartage.cursors',
  kind: 'state',
  key: (cursor) => `${cursor.process}/${cursor.source}`,
  keyParts: 'process/source',
  description: 'How far a reader of a source is',
  retentionMs: 'compacted',
  owner: 'platform',
  writers: ['order-relay', 'erp-ingester'],
  readers: [
    'order-relay',
    'erp-ingester',
    'inventory-applier',
    'shipment-applier',
    'reconciler',
    'console',
    'cli',
  ],
  personalData: false,
});

export const differences = contract<Difference>({
  topic: 'cartage.differences',
  kind: 'state',
  key: differenceKey,
  keyParts: 'instance/kind/key/field',
  description: 'One difference between the two sides as of now',
  retentionMs: 'compacted',
  owner: 'reconciler',
  writers: ['reconciler'],
  readers: ['reconciler', 'console', 'cli', 'others'],
  personalData: false,
});

export const controls = contract<Control>({
  topic: 'cartage.controls',
  kind: 'state',
  key: controlKey,
  keyParts: 'instance/process, or instance/process.part',
  description: 'What an operator has set of one flow: paused, how much at once, when',
  retentionMs: 'compacted',
  owner: 'platform',
  writers: ['cli', 'console'],
  readers: [...handlers, 'reconciler', 'console', 'cli'],
  personalData: false,
});

export const audit = contract<Audit>({
  topic: 'cartage.audit',
  kind: 'document',
  key: ({ actor }) => actor,
  keyParts: 'actor',
  description: 'One act of a person: who released, replayed, discarded or erased what, and why',
  retentionMs: 365 * dayMs,
  owner: 'platform',
  writers: ['cli', 'console'],
  readers: ['console', 'cli', 'auditors'],
  personalData: false,
});

/** Every contract; a contract that is not in this list does not exist. */
export const contracts: readonly Contract<never>[] = [
  orders,
  customers,
  stock,
  products,
  prices,
  fulfilments,
  refresh,
  outcomes,
  parked,
  cursors,
  differences,
  controls,
  audit,
] as unknown as readonly Contract<never>[];

/** The newest Avro schema of a topic, as the text that is registered. */
export function schemaText(topic: string): string {
  return readFileSync(join(import.meta.dirname, `${topic}.avsc`), 'utf8');
}
