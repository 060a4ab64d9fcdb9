import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../../schemas/topics.ts';
import type { Received } from '../../kafka/types.ts';
import { openMetrics } from '../../telemetry/metrics.ts';
import { RecordedSpans } from '../../telemetry/testing/recorded-spans.ts';
import { shown } from '../../telemetry/testing/shown.ts';
import { startSpan, traceparentOf } from '../../telemetry/tracing.ts';
import { contextOf } from '../testing/context.ts';
import type { Line } from '../testing/context.ts';
import { plains, recordOf } from '../testing/records.ts';
import { RecordingBus } from '../testing/recording-bus.ts';
import { logBug, logRetry, report } from './report.ts';
import { shortKey, shortText } from './short-key.ts';

// eslint-disable-next-line no-new -- installs the provider
new RecordedSpans();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

function setUp() {
  const bus = new RecordingBus();
  const lines: Line[] = [];
  const metrics = openMetrics('test', 'us');
  const context = { ...contextOf({ bus, clock: bus.clock, lines, group: 'g' }), metrics };
  return { context, lines, metrics, now: bus.clock.now() };
}

const documents = { ...plains, document: () => 'WH/7' } as unknown as Contract<never>;
const document = (changes: object = {}): Received<never> =>
  recordOf('A', 5, {
    value: { key: 'A', version: { epoch: 1, number: 2 }, occurredAt: 1_000, ...changes } as never,
    contract: documents as never,
    publishedAt: 2_000,
    traceparent,
  }) as never;

describe('a report', () => {
  it('tells on the topic all that is known of a decision', () => {
    const { context, now } = setUp();
    const fault = { code: 'plain.bad', what: 'Bad', fix: 'Correct it' };
    const verdict = { status: 'rejected', fault, attempts: 3, startedAt: now - 10 } as const;
    expect(report(context, 'plains', document(), verdict, null)).toEqual({
      traceparent,
      value: {
        group: 'g',
        topic: 'test.plains',
        partition: 0,
        offset: 5,
        key: 'A',
        documentId: 'WH/7',
        eventId: '5',
        status: 'rejected',
        code: 'plain.bad',
        cause: 'Bad',
        targetId: null,
        attempts: 3,
        version: { epoch: 1, number: 2 },
        occurredAt: 1_000,
        publishedAt: 2_000,
        startedAt: now - 10,
        finishedAt: now,
        traceId,
      },
    });
  });

  it('leaves out what a record or a decision does not have, and goes on the trace of its span', () => {
    const { context, lines, now } = setUp();
    const span = startSpan('process');
    const tombstone = recordOf('A', 5, { value: null, contract: documents as never }) as never;
    const verdict = { status: 'applied', targetId: '7', cause: 'made', attempts: 1, startedAt: now } as const;
    const told = report(context, 'plains', tombstone, verdict, span);
    expect(told.traceparent).toBe(traceparentOf(span));
    expect(told.value).toMatchObject({
      documentId: null,
      code: null,
      cause: 'made',
      targetId: '7',
      version: null,
      occurredAt: null,
      traceId: null,
    });
    const bare = { status: 'unchanged', attempts: 1, startedAt: now } as const;
    const plain = recordOf('A', 5) as never;
    expect(report(context, 'plains', plain, bare, null).value).toMatchObject({
      documentId: null,
      cause: null,
      version: null,
      occurredAt: null,
    });
    const left = { document: undefined, traceId: undefined };
    expect(lines).toMatchObject([{ fields: left }, { fields: { ...left, cause: undefined } }]);
  });

  it.each([
    ['rejected', 'error', 'record rejected'],
    ['held', 'warn', 'record held'],
    ['superseded', 'debug', 'record superseded'],
    ['applied', 'info', 'record applied'],
    ['unchanged', 'info', 'record unchanged'],
    ['dry', 'info', 'record dry'],
  ] as const)('of %s is a line of the level %s', (status, level, message) => {
    const { context, lines, now } = setUp();
    report(context, 'plains', document(), { status, attempts: 2, startedAt: now - 10, cause: 'so' }, null);
    const fields = {
      flow: 'plains',
      key: 'A',
      document: 'WH/7',
      attempts: 2,
      durationMs: 10,
      cause: 'so',
      traceId,
    };
    expect(lines).toMatchObject([{ level, message, fields }]);
  });

  it('counts no time before the start, nor the age of what comes from a clock that is ahead', async () => {
    const { context, metrics, now } = setUp();
    const ahead = document({ occurredAt: now + 5_000 });
    report(context, 'plains', ahead, { status: 'applied', attempts: 1, startedAt: now + 5_000 }, null);
    expect([await shown(metrics.handling), await shown(metrics.eventAge)]).toEqual([
      { plains: 0 },
      { plains: 0 },
    ]);
    expect(await shown(metrics.lastProgress)).toEqual({ plains: now / 1_000 });
  });

  it('of a try that failed says what was found, and when it is tried again', () => {
    const { context, lines } = setUp();
    const fault = { code: 'shop.down', what: 'x'.repeat(2_000), why: 'so', fix: 'Wait' };
    const tried = { record: document(), attempts: 2 };
    logRetry(context, 'plains', tried, fault, { delayMs: 7, unknown: false });
    logRetry(context, 'plains', tried, fault, { delayMs: 7, unknown: true });
    logBug(context, 'plains', tried, new TypeError('x'));
    const fields = {
      flow: 'plains',
      key: 'A',
      offset: 5,
      attempts: 2,
      delayMs: 7,
      code: 'shop.down',
      why: 'so',
    };
    expect(lines).toMatchObject([
      {
        level: 'warn',
        message: 'try failed, waiting',
        fields: { ...fields, cause: `${'x'.repeat(1_000)}…` },
      },
      { level: 'warn', message: 'outcome unknown, looking again later', fields },
      { level: 'error', message: 'unforeseen error', fields: { key: 'A' } },
    ]);
  });
});

describe('a key or text of somebody else', () => {
  it('is cut when it is longer than a thousand characters, and equal keys stay equal', () => {
    const [longest, longer] = ['k'.repeat(1_000), 'k'.repeat(1_001)];
    const digest = createHash('sha256').update(longer).digest('hex');
    expect([shortKey(longest), shortKey(longer)]).toEqual([longest, `${'k'.repeat(200)}…sha256:${digest}`]);
    expect([shortText(longest), shortText(longer)]).toEqual([longest, `${longest}…`]);
  });
});
