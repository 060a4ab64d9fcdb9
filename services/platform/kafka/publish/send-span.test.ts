import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../errors.ts';
import { RecordedSpans } from '../../telemetry/testing/recorded-spans.ts';
import { SpanKind } from '../../telemetry/tracing.ts';
import { inSendSpan } from './send-span.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const traceId = '0af7651916cd43dd8448eb211c80319c';
const origin = `00-${traceId}-b7ad6b7169203331-01`;
const record = { topic: 'erp.stock', key: 'WH1/MUG', traceparent: origin };

describe('a record that is sent', () => {
  it('has a PRODUCER span that ends with the acknowledgement, and names it as its origin', async () => {
    const acknowledged = Promise.withResolvers<void>();
    let named: string | null = null;
    const sending = inSendSpan(record, (traceparent) => {
      named = traceparent;
      return acknowledged.promise;
    });
    expect(spans.count).toBe(0);
    acknowledged.resolve();
    await sending;
    const [span] = spans.ended('send erp.stock');
    expect(span!.kind).toBe(SpanKind.PRODUCER);
    expect(span!.parentSpanContext).toMatchObject({ traceId, spanId: 'b7ad6b7169203331' });
    expect(span!.attributes).toMatchObject({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'erp.stock',
      'messaging.kafka.message.key': 'WH1/MUG',
    });
    expect(named).toBe(`00-${traceId}-${span!.spanContext().spanId}-01`);
  });

  it('without an acknowledgement has a failed span, and the error goes on', async () => {
    const fault = { code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' };
    const error = new Unavailable(fault);
    await expect(inSendSpan(record, () => Promise.reject(error))).rejects.toBe(error);
    expect(spans.ended('send erp.stock')[0]!.attributes['error.type']).toBe('kafka.not_acknowledged');
  });

  it.each([
    ['a trace that is not recorded', `00-${traceId}-b7ad6b7169203331-00`],
    ['no trace', null],
  ])('of %s makes no span, and keeps its origin', async (_what, traceparent) => {
    let named: string | null | undefined;
    await inSendSpan({ ...record, traceparent }, async (given) => void (named = given));
    expect(named).toBe(traceparent);
    expect(spans.count).toBe(0);
  });
});
