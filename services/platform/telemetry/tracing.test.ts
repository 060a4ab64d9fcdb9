/** Real: the OpenTelemetry API with the ids that are made where nobody receives spans. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inSpan, isSampled, openTracing, startSpan, traceIdOf, traceparentOf, underSpan } from './tracing.ts';
import type { Tracing } from './tracing.ts';

const theirs = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
let tracing: Tracing;
beforeAll(async () => {
  tracing = await openTracing({ process: 'test', instance: 'us', otlpUrl: null, sampledShare: 1 });
});
afterAll(() => tracing.close());

const traceparentUnder = (parent: string | null) => traceparentOf(startSpan('work', { parent }))!;

describe('where nobody receives spans', () => {
  it('a trace begins, with ids as W3C Trace Context writes them, and is not sampled', () => {
    const made = Array.from({ length: 50 }, () => traceparentUnder(null));
    for (const one of made) {
      expect(one).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
      expect(isSampled(one)).toBe(false);
    }
    expect(new Set(made.map(traceIdOf)).size).toBe(50);
  });

  it('goes on under what led there, with a span of its own', () => {
    const ours = traceparentUnder(theirs);
    expect(traceIdOf(ours)).toBe(traceIdOf(theirs));
    expect(ours.split('-')[2]).not.toBe('b7ad6b7169203331');
  });

  it('goes on inside a span, through what is awaited', async () => {
    const span = startSpan('outer', { parent: theirs });
    const inner = await inSpan(span, async () => {
      await Promise.resolve();
      return traceparentOf(startSpan('inner'))!;
    });
    expect(traceIdOf(inner)).toBe(traceIdOf(theirs));
    // A root is a root also inside of one.
    const root = await underSpan(span, async () => traceparentUnder(null));
    expect(traceIdOf(root)).not.toBe(traceIdOf(theirs));
    expect(traceparentOf()).toBeNull();
  });

  it.each([
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-010',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
    'nonsense',
  ])('begins anew after %s, which is none', (parent) => {
    expect(traceIdOf(traceparentUnder(parent))).not.toBe(traceIdOf(theirs));
    expect(traceparentUnder(parent)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
  });

  it('of a later version is taken up', () => {
    expect(traceIdOf(traceparentUnder(theirs.replace('00-', '01-') + '-more'))).toBe(traceIdOf(theirs));
  });
});
