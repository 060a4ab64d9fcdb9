import { beforeEach, expect, it } from '@jest/globals';
import { RecordedSpans } from '../platform/telemetry/testing/recorded-spans.ts';
import { inSpan, startSpan } from '../platform/telemetry/tracing.ts';
import { newDirt } from './dirt.ts';
import { changeSpan, chunkSpan, questionSpan } from './spans.ts';
import { aStream } from './testing/stream.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const stream = aStream('stock');
const value = { source: 'W1', sku: 'A', sourceKey: '{"id":"7"}', version: { epoch: 1, number: 9 } };
const theirs = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('a question is a trace of its own, and says how many keys it is about and up to where', async () => {
  const dirts = ['5', '6'].map((position) => ({ ...newDirt(), position }));
  const taken = new Map(dirts.map((dirt, index) => [String(index), dirt]));
  await inSpan(startSpan('outer', { parent: null }), async () => questionSpan(stream, taken).end());
  const [question] = spans.ended('ask erp.stock');
  expect(question!.parentSpanContext).toBeUndefined();
  expect(question!.attributes).toEqual({ 'cartage.keys': 2, 'cartage.source.position': '6' });
});

it('a changed key goes on with the trace of whoever asked, linked to its question', async () => {
  const question = questionSpan(stream, new Map([['7', newDirt()]]));
  await inSpan(question, async () => {
    changeSpan(stream, value, { traceparent: theirs, position: '8' }).end();
    changeSpan(stream, value, { traceparent: null, position: null }).end();
  });
  const [asked, own] = spans.ended('changed key erp.stock');
  expect(asked!.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  const told = { 'cartage.stream': 'stock', 'cartage.source_key': '{"id":"7"}', 'cartage.version': 9 };
  expect(asked!.attributes).toEqual({
    ...told,
    'cartage.source.position': '8',
    'messaging.kafka.message.key': 'W1/A',
  });
  // No change of the log has made it dirty.
  expect(own!.attributes).toEqual({ ...told, 'messaging.kafka.message.key': 'W1/A' });
  for (const one of [asked, own])
    expect(one!.links.map(({ context }) => context.spanId)).toEqual([question.spanContext().spanId]);
  expect(own!.parentSpanContext).toBeUndefined();
  expect(question.spanContext().traceId).not.toBe(own!.spanContext().traceId);
});

it('a part of a round goes on with the trace of whoever asked, and says how many rows it is about', () => {
  chunkSpan(stream, 2_000, { traceparent: theirs }).end();
  const [chunk] = spans.ended('ask all erp.stock');
  expect(chunk!.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(chunk!.attributes).toEqual({ 'cartage.rows': 2_000 });
});
