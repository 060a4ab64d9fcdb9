import type { Config } from '../platform/config/schema.ts';

/** One way a record goes, with the service level it is promised (R2). */
export interface FlowDescription {
  /** What people call it. */
  name: string;
  direction: string;
  /** Process that handles the records; its consumer group is `cartage.<instance>.<process>`. */
  process: string;
  topic: string;
  /** Member of `flows` in the configuration that switches it; null: it is always on. */
  switch: keyof Config['flows'] | null;
  /** Promised P95 from the change at its source to its effect; null where the promise is a schedule. */
  targetP95Ms: number | null;
  /** When it runs, in words. */
  schedule: string;
}

const minuteMs = 60_000;

/**
 * Every pair of group and topic, in the order in which the page shows them. Complete: a test compares it with the
 * readers that the table of topics names.
 */
export const flows: readonly FlowDescription[] = [
  {
    name: 'Orders',
    direction: 'Magento → ERP',
    process: 'order-exporter',
    topic: 'magento.orders',
    switch: 'orders',
    targetP95Ms: 5 * minuteMs,
    schedule: 'on change',
  },
  {
    name: 'Stock',
    direction: 'ERP → Magento',
    process: 'inventory-applier',
    topic: 'erp.stock',
    switch: 'stock',
    targetP95Ms: 10 * minuteMs,
    schedule: 'on change',
  },
  {
    name: 'Products',
    direction: 'ERP → Magento',
    process: 'catalog-applier',
    topic: 'erp.products',
    switch: 'catalog',
    targetP95Ms: null,
    schedule: 'on change',
  },
  {
    name: 'Prices',
    direction: 'ERP → Magento',
    process: 'catalog-applier',
    topic: 'erp.prices',
    switch: 'catalog',
    targetP95Ms: 60 * minuteMs,
    schedule: 'hourly or on change',
  },
  {
    name: 'Shipments',
    direction: 'ERP → Magento',
    process: 'shipment-applier',
    topic: 'erp.fulfilments',
    switch: 'shipments',
    targetP95Ms: 15 * minuteMs,
    schedule: 'on change',
  },
  {
    name: 'Order hints',
    direction: 'read again from Magento',
    process: 'order-relay',
    topic: 'cartage.refresh',
    switch: 'orders',
    targetP95Ms: null,
    schedule: 'on request',
  },
  {
    name: 'ERP refreshes',
    direction: 'read again from the ERP',
    process: 'erp-ingester',
    topic: 'cartage.refresh',
    switch: null,
    targetP95Ms: null,
    schedule: 'on request',
  },
];
