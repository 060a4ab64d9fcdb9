/** What our spans say of themselves. Real: the OpenTelemetry SDK. */
import { SpanStatusCode } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../errors.ts';
import { RecordedSpans } from './testing/recorded-spans.ts';
import { SpanKind, inSpan, isSampled, startSpan, traceIdOf, traceparentOf, underSpan } from './tracing.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const fault = { code: 'some.code', what: 'Jane', fix: 'Wait' };

describe('a span', () => {
  it.each([
    ['some.code', new Rejected(fault)],
    ['some.code', new Unavailable(fault)],
    ['TypeError', new TypeError('Jane')],
    ['Error', 'Jane'],
  ])('whose work fails says %s of it, and nothing of its words', async (type, error) => {
    const failing = inSpan(startSpan('work', { parent: null }), () => Promise.reject(error as Error));
    await expect(failing).rejects.toBe(error);
    const [span] = spans.ended('work');
    expect(span).toMatchObject({
      attributes: { 'error.type': type },
      status: { code: SpanStatusCode.ERROR },
    });
    expect(JSON.stringify([span!.attributes, span!.events])).not.toContain('Jane');
  });

  it('has ended when its work has, and is internal unless it is said otherwise', async () => {
    expect(await inSpan(startSpan('work', { parent: null }), async () => 7)).toBe(7);
    const [span] = spans.ended('work');
    expect(span).toMatchObject({
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      links: [],
    });
  });

  it('carries what it is given: its kind, its beginning, its links', () => {
    const other = startSpan('other', { parent: null });
    startSpan('work', {
      kind: SpanKind.CLIENT,
      parent: null,
      attributes: { a: 1 },
      links: [other.spanContext()],
      startTime: 1_700_000_000_000,
    }).end();
    const [span] = spans.ended('work');
    expect(span).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: { a: 1 },
      startTime: [1_700_000_000, 0],
    });
    expect(span!.links.map(({ context }) => context.spanId)).toEqual([other.spanContext().spanId]);
  });

  it('is active while work runs under it, which ends without it', async () => {
    const span = startSpan('work', { parent: null });
    const inside = await underSpan(span, async () => traceparentOf());
    expect(inside).toBe(traceparentOf(span));
    expect([spans.count, traceparentOf()]).toEqual([0, null]);
  });
});

describe('a traceparent', () => {
  it.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', false],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03', true],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02', false],
  ])('%s is recorded: %s', (traceparent, recorded) => {
    expect(isSampled(traceparent)).toBe(recorded);
    const ours = traceparentOf(startSpan('work', { parent: traceparent }))!;
    expect(traceIdOf(ours)).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(ours.slice(-2)).toBe(recorded ? '01' : '00');
  });

  it('names no trace where there is none', () => {
    expect([traceIdOf(null), traceIdOf('nonsense')]).toEqual([null, null]);
  });
});
