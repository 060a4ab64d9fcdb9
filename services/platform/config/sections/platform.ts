/** Sections that every process reads beside the broker: its own HTTP face, telemetry, which flows run, the retry policy. */
import { z } from 'zod';
import { count, flowMode, httpUrl, milliseconds, text, url, yesOrNo } from '../fields.ts';

export const httpSection = z
  .strictObject({
    host: text.default('0.0.0.0'),
    port: z.coerce.number().int().min(0).max(65_535).default(8080),
  })
  .prefault({});

export const telemetrySection = z
  .strictObject({
    /** Base address of an OTLP/HTTP receiver. Empty or left out: spans are made but not sent. */
    otlpUrl: z.union([url, z.literal('').transform(() => null), z.null()]).default(null),
    /** Base address of what shows traces, such as Jaeger's page: links to them are made of it. */
    tracesUrl: z.union([httpUrl, z.literal('').transform(() => null), z.null()]).default(null),
    sampledShare: z.coerce.number().min(0).max(1).default(1),
    /**
     * Whether what shop, ERP and registry say in words is kept in logs, parked records and the console: it may quote
     * customers. Otherwise their codes are.
     */
    foreignText: yesOrNo.default(false),
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  })
  .prefault({});

export const flowsSection = z
  .strictObject({
    orders: flowMode,
    stock: flowMode,
    catalog: flowMode,
    shipments: flowMode,
    /** Off unless told otherwise: it needs to be told how the ERP takes customers. */
    customers: flowMode.prefault('off'),
  })
  .prefault({});

export const policySection = z
  .strictObject({
    retryInitialMs: milliseconds(500),
    retryMaxMs: milliseconds(30_000),
    /** Tries of a record that fails by what must be a bug, before it is parked. */
    bugTries: count(3),
    /** Tries of a record that alone gets 5xx or no answer while a probe call succeeds, before it is parked. */
    perhapsRecordTries: count(5),
    /** Failures in a row that open the circuit breaker; so does more than half of the last four times as many calls. */
    breakerFailures: count(5),
    /** Rejections in a row (or nine tenths of twice as many) that stop a flow: then it is not the records that are wrong. */
    rejectionsInRow: count(50),
    rejectionsPauseMs: milliseconds(60_000),
    /** How often held records look whether the product or the order that they wait for is there. */
    heldLookMs: milliseconds(60_000),
    /** How long the original bytes of a parked record are kept; its fault is kept until it is settled. */
    parkedOriginalDays: count(30),
    /** Records that wait, over all partitions of the process. */
    maxPendingKeys: count(20_000),
    /** All that is kept of them: their headers too, and of a state what its entry takes (`flow/states/pending-entry.ts`). */
    maxPendingBytes: count(64 * 1024 * 1024),
    /** How far reading may run ahead of the oldest unfinished record, over all partitions: a successor holds all of it. */
    maxDistanceRecords: count(30_000),
    /** Both of states (stock, products, prices, customers): only the newest of a key waits, and as it lies on its topic. */
    maxPendingStates: count(120_000),
    maxDistanceStates: count(120_000),
  })
  .prefault({});
