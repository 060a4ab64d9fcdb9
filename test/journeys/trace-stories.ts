/**
 * A story is one trace: what the processes tell Jaeger, read back through its query API. Real: Jaeger, and all that
 * stack.ts names as real; flows.test.ts runs it. Jaeger is taken from the PATH, or unpacked from ../shared/tools/jaeger.xz where that folder
 * lies beside the project; without either the tests are counted as skipped.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from '@jest/globals';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { startJaeger } from '../../deploy/local/jaeger.ts';
import type { Jaeger } from '../../deploy/local/jaeger.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import { stock as stockTopic } from '../../schemas/topics.ts';
import type { Outcome } from '../../schemas/types.ts';
import { itWith, program } from '../deploy/programs.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { statesNow } from '../infrastructure/topic-now.ts';
import { firstLoadDone } from './first-load.ts';
import { JaegerTraces } from './jaeger-traces.ts';
import type { TraceSpan } from './jaeger-traces.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

const jaegerProgram = program('jaeger');
const mug = 'MUG-STONE';
const logPosition = /^[0-9A-F]+\/[0-9A-F]+$/;

let stack: Stack;
let traces: JaegerTraces;

/** Undefined where there is none. */
export async function jaegerOfTests(): Promise<Jaeger | undefined> {
  if (jaegerProgram.command === null) return undefined;
  const folder = runFolder();
  const jaeger = await startJaeger({
    command: jaegerProgram.command[0]!,
    dir: join(folder, `jaeger-${process.pid}`),
    onSpawn: (pid) => recordProcess(join(folder, 'processes'), 'Jaeger', pid),
  });
  traces = new JaegerTraces(jaeger.url);
  return jaeger;
}

/** The outcome of a record, once there is one. */
function outcome(what: string, of: (outcome: Outcome) => boolean): Promise<Outcome & { traceId: string }> {
  return until(what, () => stack.witness.outcomes.find(of) as Outcome & { traceId: string });
}

const named = (spans: TraceSpan[], name: string) => spans.filter((span) => span.name === name);

/**
 * The PRODUCER span of a record that was published for `parent`: it began no earlier, ended with the broker's
 * acknowledgement, and is what the record names as its origin.
 */
function sentBy(parent: TraceSpan, spans: TraceSpan[], topic: string, key: string): TraceSpan {
  const sent = named(spans, `send ${topic}`).find(({ parentId }) => parentId === parent.spanId);
  expect(sent).toMatchObject({ service: parent.service });
  expect(sent!.tags).toMatchObject({
    'span.kind': 'producer',
    'messaging.system': 'kafka',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
    'messaging.kafka.message.key': key,
  });
  expect(sent!.durationUs).toBeGreaterThan(0);
  expect(sent!.startedAt + clockStepUs).toBeGreaterThanOrEqual(parent.startedAt);
  return sent!;
}

/** A span begins at a whole millisecond of the wall clock and lasts by the monotonic one: two of them compare no finer. */
const clockStepUs = 1_000;

function endOf(span: TraceSpan): number {
  return span.startedAt + span.durationUs;
}

/** The only span of that name. */
function only(spans: TraceSpan[], name: string): TraceSpan {
  expect(named(spans, name)).toHaveLength(1);
  return named(spans, name)[0]!;
}

/** What a span of a handled record says of itself (OpenTelemetry, messaging conventions). */
function expectConsumer(span: TraceSpan, topic: string, process: string, key: string): void {
  expect(span.service).toBe(`cartage-${process}`);
  expect(span.tags).toMatchObject({
    'span.kind': 'consumer',
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.consumer.group.name': `cartage.sandbox.${process}`,
    'messaging.kafka.message.key': key,
  });
  expect(span.tags['messaging.message.id']).toEqual(expect.stringMatching(/^[0-9a-f]{32}$/));
  expect(span.tags['messaging.kafka.offset']).toEqual(expect.any(Number));
}

/** What statements say of themselves (OpenTelemetry, database conventions). */
function expectStatements(spans: TraceSpan[], ...names: string[]): void {
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  for (const { name, tags } of spans)
    expect(tags).toMatchObject({
      'span.kind': 'client',
      'db.system.name': 'postgresql',
      'db.namespace': stack.erp.database,
      'db.query.summary': name,
      'server.address': stack.erp.host,
      'server.port': stack.erp.port,
    });
}

/** What processes say of themselves: the project's version, and each replica a name of its own. */
function expectResources(spans: TraceSpan[]): void {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  for (const { resource } of spans) expect(resource['service.version']).toBe(version);
  const instances = Map.groupBy(spans, ({ resource }) => resource['service.instance.id']);
  const services = Map.groupBy(spans, ({ service }) => service);
  expect(instances.size).toBe(services.size);
  expect(services.size).toBeGreaterThan(1);
}

/** From a span of one trace of an order to another trace of it: by the place where all of them meet. */
async function expectTied(span: TraceSpan, traceId: string): Promise<void> {
  expect(span.links).toHaveLength(1);
  const [link] = span.links;
  await traces.trace('what else was done with the order', link!.traceId, (seen) => {
    expect(seen.some(({ links }) => links.some((back) => back.traceId === traceId))).toBe(true);
    const own = seen.find(({ spanId }) => spanId === link!.spanId)!;
    expect(own.links).toEqual([{ traceId: span.traceId, spanId: span.spanId }]);
  });
}

/** The batch that a span is linked to, a trace of its own; returns it with what was done for the batch as a whole. */
async function batchOf(span: TraceSpan): Promise<TraceSpan[]> {
  expect(span.links).toHaveLength(1);
  const [link] = span.links;
  expect(link!.traceId).not.toBe(span.traceId);
  const spans = await traces.trace('the batch', link!.traceId, (seen) =>
    seen.some(({ spanId }) => spanId === link!.spanId),
  );
  const batch = spans.find(({ spanId }) => spanId === link!.spanId)!;
  expect(batch).toMatchObject({ parentId: null, service: span.service });
  expect(batch.tags['messaging.batch.message_count']).toBeGreaterThanOrEqual(1);
  return spans;
}

/**
 * The stock asked for after a parcel is told in its trace, as is what it may have waited for before. The relay, which has
 * seen the parcel in the shop, asks for it too: where requests meet they are answered as one, in the trace of one of them.
 */
async function expectStockAsked(record: TraceSpan, spans: TraceSpan[]): Promise<void> {
  const request = named(spans, 'send cartage.refresh').find(({ parentId }) => parentId === record.spanId)!;
  const board = request.tags['messaging.kafka.message.key'] as string;
  const asked = sentBy(record, spans, 'cartage.refresh', board);
  const isMet = () =>
    stack.witness.outcomes.some(
      (one) => one.topic === 'cartage.refresh' && one.key === board && one.traceId !== asked.traceId,
    );
  /** The answer to one of the requests of this trace, as far as the shop. */
  const answered = (seen: TraceSpan[]) => {
    const requests = new Set(named(seen, 'send cartage.refresh').map(({ spanId }) => spanId));
    const changed = named(seen, 'changed key erp.stock').findLast(({ parentId }) => requests.has(parentId!));
    const sent = named(seen, 'send erp.stock').find(({ parentId }) => parentId === changed?.spanId);
    return {
      changed,
      processed: named(seen, 'process erp.stock').find(({ parentId }) => parentId === sent?.spanId),
    };
  };
  const isTold = (seen: TraceSpan[]) => answered(seen).processed !== undefined;
  await traces.trace('the story of the stock', asked.traceId, (story) => {
    if (isMet() && !isTold(story)) return;
    const { changed, processed } = answered(story);
    expect(changed).toMatchObject({ service: 'cartage-erp-ingester' });
    expect(processed).toMatchObject({
      parentId: sentBy(changed!, story, 'erp.stock', board).spanId,
      service: 'cartage-inventory-applier',
    });
  });
}

/** From the webhook to the sales order, each span under its parent. */
function expectOrder(spans: TraceSpan[], key: string): void {
  const webhook = only(spans, 'POST /webhooks/orders');
  expect(webhook).toMatchObject({ parentId: null, service: 'cartage-order-relay' });
  expect(webhook.tags).toMatchObject({
    'span.kind': 'server',
    'http.request.method': 'POST',
    'http.route': '/webhooks/orders',
    'http.response.status_code': 202,
    'messaging.kafka.message.key': key,
  });
  const request = only(spans, 'process cartage.refresh');
  expectConsumer(request, 'cartage.refresh', 'order-relay', key);
  const asked = sentBy(webhook, spans, 'cartage.refresh', key);
  expect(request.parentId).toBe(asked.spanId);
  // The webhook is answered only when the broker has the request.
  expect(endOf(webhook) + clockStepUs).toBeGreaterThanOrEqual(endOf(asked));
  const [read] = named(spans, 'GET orders');
  expect(read).toMatchObject({ service: 'cartage-order-relay', parentId: request.spanId });
  expect(read!.tags).toMatchObject({
    'span.kind': 'client',
    'http.request.method': 'GET',
    'url.template': '/rest/V1/orders',
    'http.response.status_code': 200,
  });
  const record = only(spans, 'process magento.orders');
  expectConsumer(record, 'magento.orders', 'order-exporter', key);
  expect(record.parentId).toBe(sentBy(request, spans, 'magento.orders', key).spanId);
  expect(record.tags['cartage.outcome']).toBe('applied');
  sentBy(record, spans, 'cartage.outcomes', key);
  const creation = only(spans, 'create order in the ERP');
  expect(creation).toMatchObject({ service: 'cartage-order-exporter', parentId: record.spanId });
  const statements = spans.filter(({ parentId }) => parentId === creation.spanId);
  expectStatements(statements, 'erp.orders.begin', 'erp.orders.lookup', 'erp.orders.commit');
}

/** From the changed delivery to the shipment, and that its stock is asked for. Returns the record's span. */
function expectParcel(spans: TraceSpan[], key: string): TraceSpan {
  const change = only(spans, 'changed key erp.fulfilments');
  expect(change).toMatchObject({ parentId: null, service: 'cartage-erp-ingester' });
  // It may have been tried before, and have waited for the stock of its goods issue.
  const record = named(spans, 'process erp.fulfilments').find(
    ({ tags }) => tags['cartage.outcome'] === 'applied',
  )!;
  expectConsumer(record, 'erp.fulfilments', 'shipment-applier', key);
  expect(record.parentId).toBe(sentBy(change, spans, 'erp.fulfilments', key).spanId);
  expect(only(spans, 'POST order/:id/ship')).toMatchObject({ parentId: record.spanId });
  expect(named(spans, 'send cartage.refresh').map(({ parentId }) => parentId)).toContain(record.spanId);
  return record;
}

/** From the changed key to the record as it is processed. */
function expectStock(spans: TraceSpan[], key: string): void {
  const change = only(spans, 'changed key erp.stock');
  expect(change).toMatchObject({ parentId: null, service: 'cartage-erp-ingester' });
  expect(change.tags).toMatchObject({
    'messaging.kafka.message.key': key,
    'cartage.version': expect.any(Number),
    'cartage.source.position': expect.stringMatching(logPosition),
  });
  const record = only(spans, 'process erp.stock');
  expectConsumer(record, 'erp.stock', 'inventory-applier', key);
  expect(record.parentId).toBe(sentBy(change, spans, 'erp.stock', key).spanId);
}

/** On a stack whose processes tell that Jaeger; what else is done there belongs to traces of its own. */
export function traceStories(of: () => Stack): void {
  beforeAll(async () => {
    stack = of();
    await firstLoadDone(stack);
  });

  describe('one trace', () => {
    itWith([jaegerProgram], 'tells an order from the webhook to the sales order', async () => {
      const placed = await stack.sandboxes.placeOrder([{ sku: 'BOARD-OAK', qty: 1 }]);
      const key = `sandbox/default/${placed.increment_id}`;
      const exported = await outcome(
        'the export',
        (one) => one.topic === 'magento.orders' && one.key === key && one.status === 'applied',
      );
      const spans = await traces.trace('the story of the order', exported.traceId, (seen) =>
        expectOrder(seen, key),
      );
      await batchOf(only(spans, 'process cartage.refresh'));
      expectResources(spans);
    });

    itWith(
      [jaegerProgram],
      'tells a parcel from the ERP to the shop, and the stock asked for after it',
      async () => {
        const { increment_id } = await stack.sandboxes.placeOrder([{ sku: 'BOARD-OAK', qty: 1 }]);
        const sale = await until('the sales order', () => stack.sandboxes.salesOrder(increment_id));
        const { deliveries } = await stack.sandboxes.confirm(sale.id);
        await stack.sandboxes.ship(deliveries[0]!.id, 'UPS', '1ZTRACE');
        const key = `sandbox/default/${increment_id}`;
        const shipped = await outcome(
          'the shipment',
          (one) => one.topic === 'erp.fulfilments' && one.key === key && one.status === 'applied',
        );
        let record: TraceSpan;
        const spans = await traces.trace('the story of the parcel', shipped.traceId, (seen) => {
          record = expectParcel(seen, key);
        });
        await expectStockAsked(record!, spans);
        const exported = await outcome(
          'the export',
          (one) => one.topic === 'magento.orders' && one.key === key && one.status === 'applied',
        );
        expect(exported.traceId).not.toBe(shipped.traceId);
        await expectTied(record!, exported.traceId);
      },
    );

    itWith([jaegerProgram], 'tells a stock movement from the ERP to the shop', async () => {
      const key = `WH1/${mug}`;
      const { stock } = stack.witness;
      const before = Number((await statesNow(stack.bus, stockTopic)).get(key)!.quantity);
      await stack.sandboxes.receive(mug, 'WH1', 4);
      const { version } = await until(
        'the record',
        () => Number(stock.get(key)?.quantity) === before + 4 && stock.get(key)!,
      );
      const written = await outcome(
        'the stock',
        (one) =>
          one.topic === stockTopic.topic &&
          one.key === key &&
          one.status === 'applied' &&
          one.version?.number === version.number,
      );
      const spans = await traces.trace('the story of the stock', written.traceId, (seen) =>
        expectStock(seen, key),
      );
      const change = only(spans, 'changed key erp.stock');
      expect(change.links).toHaveLength(1);
      const [question] = change.links;
      await traces.trace('the question', question!.traceId, (seen) => {
        expect(seen.map(({ spanId }) => spanId)).toContain(question!.spanId);
        expectStatements(named(seen, 'erp.streams.stock.query'), 'erp.streams.stock.query');
      });
      const record = only(spans, 'process erp.stock');
      const batch = await batchOf(record);
      // Alone in its batch the record goes on through the call; several share the call, which is the batch's.
      const writes = named([...spans, ...batch], 'POST inventory/source-items');
      const parents = [record.spanId, record.links[0]!.spanId];
      expect(writes.some(({ parentId }) => parents.includes(parentId ?? ''))).toBe(true);
    });
  });
}

/** After everything else. */
export function nobodyIsTraced(): void {
  describe('all that was told', () => {
    itWith([jaegerProgram], 'names no person', async () => {
      const told = await traces.everything();
      // Not `toContain`: a failure would print megabytes.
      expect(told.includes('process magento.orders')).toBe(true);
      // The postcode as a word: among megabytes of times in microseconds its digits stand somewhere by chance.
      const personal = /guest@example\.com|Jane|\bDoe\b|Main St|Chicago|[" ]60601[" ]|312-555/;
      expect(personal.exec(told)?.[0]).toBeUndefined();
    });
  });
}
