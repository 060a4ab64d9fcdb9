import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedSpans } from '../telemetry/testing/recorded-spans.ts';
import { SpanKind, inSpan, startSpan } from '../telemetry/tracing.ts';
import { inCallSpan } from './call-span.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const call = {
  method: 'GET',
  route: 'GET orders/:id',
  template: '/rest/V1/orders/:id',
  origin: 'https://shop.example',
};
const answering = (status: number) => () => Promise.resolve({ status });

async function spanOf(send: () => Promise<{ status: number }>, what = call) {
  const parent = startSpan('process', { parent: null });
  await inSpan(parent, () => inCallSpan(what, send)).catch(() => undefined);
  const [span] = spans.ended(what.route);
  expect(span!.kind).toBe(SpanKind.CLIENT);
  expect(span!.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  return span!.attributes;
}

describe('a call', () => {
  it('says whom it asked for what, by the conventions for HTTP, and what came back', async () => {
    expect(await spanOf(answering(200))).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.template': '/rest/V1/orders/:id',
      'server.address': 'shop.example',
      'server.port': 443,
    });
  });

  it.each([
    ['http://shop.example', 80],
    ['https://shop.example:8443', 8443],
  ])('to %s goes to the port %i', async (origin, port) => {
    expect(await spanOf(answering(200), { ...call, origin })).toMatchObject({ 'server.port': port });
  });

  it.each([404, 503])('that is answered %i has failed with it', async (status) => {
    expect(await spanOf(answering(status))).toMatchObject({
      'http.response.status_code': status,
      'error.type': String(status),
    });
  });

  it('without an answer has no status, and the name of what happened', async () => {
    const attributes = await spanOf(() => Promise.reject(new TypeError('fetch failed')));
    expect(attributes).toMatchObject({ 'error.type': 'TypeError' });
    expect(attributes).not.toHaveProperty('http.response.status_code');
  });

  it('that belongs to no trace makes none', async () => {
    await inCallSpan(call, answering(200));
    expect(spans.count).toBe(0);
  });
});
