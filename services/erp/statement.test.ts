import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../platform/errors.ts';
import type { SinkCall } from '../platform/telemetry/sink-calls.ts';
import { RecordedSpans } from '../platform/telemetry/testing/recorded-spans.ts';
import { SpanKind, inSpan, startSpan } from '../platform/telemetry/tracing.ts';
import { openPool } from './pool.ts';
import { statement } from './statement.ts';

const spans = new RecordedSpans();

let calls: SinkCall[];
const pool = openPool({ connectionString: 'postgresql://cartage:secret@erp.example:6432/books' }, (call) =>
  calls.push(call),
);
beforeEach(() => {
  calls = [];
  spans.forget();
});
afterAll(() => pool.end());

const ofServer = (code: string) => Object.assign(new Error('no'), { code, severity: 'ERROR' });
const fault = { code: 'x', what: 'x', fix: 'x' };

async function failing(error: Error) {
  await expect(
    statement(pool, 'erp.orders.lookup', async () => {
      throw error;
    }),
  ).rejects.toBe(error);
  return calls.map(({ route, code, outcome }) => `${route} ${code} ${outcome}`);
}

describe('a statement', () => {
  it('is counted under its name with the time it took, and gives its result', async () => {
    const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve('rows'), 20));
    await expect(statement(pool, 'erp.orders.lookup', slow)).resolves.toBe('rows');
    expect(calls).toEqual([
      { route: 'erp.orders.lookup', code: '00000', outcome: 'ok', durationMs: expect.any(Number) },
    ]);
    expect(calls[0]!.durationMs).toBeGreaterThan(15);
  });

  it.each([
    ['23505', 'refused'],
    ['22P02', 'refused'],
    ['P0001', 'refused'],
    ['42P01', 'refused'],
    ['57P01', 'failed'],
    ['53300', 'failed'],
    ['57014', 'failed'],
    ['40001', 'failed'],
    ['XX000', 'failed'],
  ])('that ends with SQLSTATE %s was %s', async (code, outcome) => {
    expect(await failing(ofServer(code))).toEqual([`erp.orders.lookup ${code} ${outcome}`]);
  });

  it('without an answer has the code 0 and has failed', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(await failing(refused)).toEqual(['erp.orders.lookup 0 failed']);
  });

  it('whose error was put into our words keeps what the server said', async () => {
    expect(await failing(new Rejected(fault, { cause: ofServer('22P02') }))).toEqual([
      'erp.orders.lookup 22P02 refused',
    ]);
    calls = [];
    expect(await failing(new Unavailable(fault, { cause: ofServer('53300') }))).toEqual([
      'erp.orders.lookup 53300 failed',
    ]);
  });

  it('is a CLIENT span of the trace it belongs to, with the database and its name, never its SQL', async () => {
    const order = startSpan('create order in the ERP', { parent: null });
    await inSpan(order, () =>
      statement(pool, 'erp.orders.create_1', async () => {
        throw ofServer('23505');
      }),
    ).catch(() => undefined);
    const span = spans.ended('erp.orders.create_1')[0]!;
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.parentSpanContext?.spanId).toBe(order.spanContext().spanId);
    expect(span.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': 'books',
      'db.query.summary': 'erp.orders.create_1',
      'db.response.status_code': '23505',
      'error.type': '23505',
      'server.address': 'erp.example',
      'server.port': 6432,
    });
  });

  it('that belongs to no trace makes none', async () => {
    await statement(pool, 'erp.orders.lookup', () => Promise.resolve(null));
    expect(spans.count).toBe(0);
  });
});
