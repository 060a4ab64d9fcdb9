import { beforeEach, describe, expect, it } from '@jest/globals';
import { tieToOrder } from './order-trace.ts';
import { RecordedSpans } from './testing/recorded-spans.ts';
import { inSpan, startSpan } from './tracing.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

/** A record of the order that is handled in a trace of its own. */
async function handle(key: string, name: string) {
  const span = startSpan('process', { parent: null });
  await inSpan(span, async () => tieToOrder(key, name));
  return spans.ended('process').find((one) => one.spanContext().spanId === span.spanContext().spanId)!;
}

describe('the traces of one order', () => {
  it('are found from each other: each has a link to a place that all of them share, and that links back', async () => {
    const exported = await handle('us/default/000000007', 'order to the ERP');
    const shipped = await handle('us/default/000000007', 'shipment to the shop');
    expect(exported.spanContext().traceId).not.toBe(shipped.spanContext().traceId);
    const ties = [...spans.ended('order to the ERP'), ...spans.ended('shipment to the shop')];
    expect(ties.map((tie) => tie.links.map(({ context }) => context.spanId))).toEqual([
      [exported.spanContext().spanId],
      [shipped.spanContext().spanId],
    ]);
    expect([exported, shipped].map(({ links }) => links.map(({ context }) => context.spanId))).toEqual(
      ties.map((tie) => [tie.spanContext().spanId]),
    );
    expect(new Set(ties.map((tie) => tie.spanContext().traceId)).size).toBe(1);
  });

  it('are not those of another order', async () => {
    const traces = [];
    for (const key of ['us/default/000000007', 'us/fr/000000007']) {
      const { links } = await handle(key, 'order to the ERP');
      traces.push(links[0]!.context.traceId);
    }
    expect(traces[0]).not.toBe(traces[1]);
  });

  it('get nothing of work that is not recorded', () => {
    tieToOrder('us/default/000000007', 'order to the ERP');
    expect(spans.count).toBe(0);
  });
});
