/**
 * The one table of processes: what each is called, needs, handles and listens on. Made from it: the Kubernetes
 * manifests, the Compose services, the targets of Prometheus, the Kafka principals (deploy/generate), the rows of the
 * console, and what `npm start` starts. A new process is one folder and one row.
 * Which topics it reads and writes stands in the table of topics (schemas/topics.ts).
 */
import { contracts } from '../../schemas/topics.ts';
import type { FlowRow, ProcessRow } from './process-row.ts';

export type { FlowRow, Need, ProcessRow } from './process-row.ts';

/**
 * How Node is started for each of them. By itself it would let what is young take 48 MiB before it clears up; with 24 it
 * is hardly slower, and 10,000 connections fit the relay's memory. What the start has left is cleared up by hand
 * (lifecycle/after-start.ts).
 */
export const nodeOptions = '--max-semi-space-size=8 --expose-gc';

/**
 * For the C library of the image. Once it has given back something large it would keep ever more of what it is given
 * back; with its own first threshold said aloud it does not: 10 MB less of a process that is quiet again. V8 compiles in
 * pieces of 32 KiB, which would lie between what lasts and so never go back, in each of its threads: asked of the kernel
 * one by one they do, which is 3 to 11 MB, the more the more was compiled at the start.
 */
export const mallocSettings = { MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '32768' } as const;

/** Of every process: /livez, /readyz, /metrics, and the page of the console. */
export const operatorPort = 8080;

const minuteMs = 60_000;

function row(given: Pick<ProcessRow, 'name' | 'summary'> & Partial<ProcessRow>): ProcessRow {
  return {
    needs: [],
    flows: [],
    listens: [],
    // For a node that goes away, not for speed: what the shop takes is the limit.
    replicas: 2,
    // policy.maxPendingBytes (64 MiB), twice, besides what a process takes at rest.
    memoryMiB: { request: 160, limit: 384 },
    ...given,
  };
}

/** What goes on for ever, in the order in which the console shows it. */
export const processes: readonly ProcessRow[] = [
  row({
    name: 'order-exporter',
    summary: 'Kafka to the ERP: orders and customers',
    needs: ['erp-writer'],
    scaled: { replicasMax: 6, lagRecords: 500 },
    flows: [
      {
        name: 'Orders',
        direction: 'Magento → ERP',
        topic: 'magento.orders',
        switch: 'orders',
        targetP95Ms: 5 * minuteMs,
        schedule: 'on change',
      },
      {
        name: 'Customers',
        direction: 'Magento → ERP',
        topic: 'magento.customers',
        part: 'customers',
        switch: 'customers',
        targetP95Ms: null,
        schedule: 'on change',
      },
    ],
  }),
  row({
    name: 'inventory-applier',
    summary: 'Kafka to Magento: stock',
    needs: ['shop'],
    flows: [
      {
        name: 'Stock',
        direction: 'ERP → Magento',
        topic: 'erp.stock',
        switch: 'stock',
        targetP95Ms: 10 * minuteMs,
        schedule: 'on change',
      },
    ],
  }),
  row({
    name: 'catalog-applier',
    summary: 'Kafka to Magento: products and prices',
    needs: ['shop'],
    flows: [
      {
        name: 'Products',
        direction: 'ERP → Magento',
        topic: 'erp.products',
        switch: 'catalog',
        targetP95Ms: null,
        schedule: 'on change',
      },
      {
        name: 'Prices',
        direction: 'ERP → Magento',
        topic: 'erp.prices',
        switch: 'catalog',
        targetP95Ms: 60 * minuteMs,
        schedule: 'hourly or on change',
      },
    ],
  }),
  row({
    name: 'shipment-applier',
    summary: 'Kafka to Magento: shipments, and what else is written to orders',
    needs: ['shop'],
    flows: [
      {
        name: 'Shipments',
        direction: 'ERP → Magento',
        topic: 'erp.fulfilments',
        switch: 'shipments',
        targetP95Ms: 15 * minuteMs,
        schedule: 'on change',
      },
    ],
  }),
  row({
    name: 'order-relay',
    summary: 'Magento to Kafka: webhooks and sweeps',
    needs: ['shop', 'webhook-secret'],
    listens: [{ name: 'webhook', port: 8090 }],
    called: {
      port: 'webhook',
      by: 'The shop: POST /webhooks/orders. An Ingress with TLS belongs in front of it',
      onHost: 8003,
    },
    scaled: { replicasMax: 6, lagRecords: 500 },
    flows: [
      {
        name: 'Order refreshes',
        direction: 'read again from Magento',
        topic: 'cartage.refresh',
        switch: 'orders',
        targetP95Ms: null,
        schedule: 'on request',
      },
      {
        name: 'Customer refreshes',
        direction: 'read again from Magento',
        topic: 'cartage.refresh',
        part: 'customers',
        switch: 'customers',
        targetP95Ms: null,
        schedule: 'on request',
      },
    ],
  }),
  row({
    name: 'erp-ingester',
    summary: 'The ERP to Kafka. One reader holds the replication slot',
    needs: ['erp-reader'],
    replicas: 1,
    single: true,
    flows: [
      {
        name: 'ERP refreshes',
        direction: 'read again from the ERP',
        topic: 'cartage.refresh',
        switch: null,
        targetP95Ms: null,
        schedule: 'on request',
      },
    ],
  }),
  row({
    name: 'reconciler',
    summary: 'Compares both sides, slowly and in full, and asks for what differs',
    needs: ['shop', 'erp-writer'],
    watchesGroups: true,
    leads: true,
  }),
  row({
    name: 'console',
    needs: ['shop', 'erp-reader', 'console-password'],
    summary: 'The page that shows what goes on. Keeps nothing: after a restart it reads the topics again',
    called: {
      port: 'http',
      by: 'People: `kubectl port-forward service/console 8000:80`, or an ingress with TLS whose name is in console.hosts',
      onHost: 8000,
    },
    replicas: 1,
    watchesGroups: true,
  }),
];

/**
 * Run when needed, and as the job that makes the topics; the only one that may make or change any. `cartage check` tries
 * everything, so it needs everything.
 */
export const commandLine = row({
  name: 'cli',
  summary: 'The command line',
  needs: ['shop', 'erp-reader', 'erp-writer', 'webhook-secret'],
  replicas: 0,
});

/** Replicas that may call the shop at the same time, a command line among them. */
export const shopCallers = [...processes, commandLine]
  .filter(({ needs }) => needs.includes('shop'))
  .reduce((sum, { replicas, scaled }) => sum + Math.max(1, scaled?.replicasMax ?? replicas), 0);

/** Of the calls that the shop bears at once those of one replica, which need not know how many others there are now. */
export const shareOfShop = (callsAtOnce: number): number => Math.floor(callsAtOnce / shopCallers);

/** Who reads a flow, as the name of its group says it: the process, or `process.part`. */
export const readerOf = (process: string, { part }: Pick<FlowRow, 'part'>): string =>
  part === undefined ? process : `${process}.${part}`;

export const topicsReadBy = (name: string): string[] =>
  contracts.filter(({ readers }) => readers.includes(name)).map(({ topic }) => topic);

export const topicsWrittenBy = (name: string): string[] =>
  contracts.filter(({ writers }) => writers.includes(name)).map(({ topic }) => topic);
