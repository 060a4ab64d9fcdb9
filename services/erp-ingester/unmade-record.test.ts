import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Rejected } from '../platform/errors.ts';
import { aStream } from './testing/stream.ts';
import { faultOfRow, unmadeRecord } from './unmade-record.ts';

const stream = aStream('stock');

describe('a row that can be no record', () => {
  it('is parked as it came, under the key of its stream, where it fits the broker', () => {
    const record = unmadeRecord(stream, '{"id":"7"}', { id: 7, quantity: 'many' }, 5);
    expect(record).toMatchObject({ topic: 'erp.stock', key: '{"id":"7"}', value: null, publishedAt: 5 });
    expect([String(record.bytes), record.sizeBytes]).toEqual(['{"id":7,"quantity":"many"}', 26]);
    expect(record.headers).toEqual({ 'content-type': 'application/json' });
    // No place on the topic: it was never there.
    expect([record.partition, record.offset]).toEqual([-1, -1]);
  });

  it('is parked without itself where it is too long, and where there is none', () => {
    for (const row of [{ note: 'x'.repeat(200_001) }, null])
      expect(unmadeRecord(stream, '{"id":"7"}', row, 5)).toMatchObject({ bytes: null, sizeBytes: 0 });
  });

  it('is told what is wrong with each of its columns; what is not the row’s fault is none of its', () => {
    const { error } = z
      .object({ sku: z.string(), quantity: z.number() })
      .safeParse({ sku: 7, quantity: 'x' });
    const fault = faultOfRow(stream, '{"id":"7"}', error)!;
    expect(fault.code).toBe('erp.row');
    expect(fault.what).toMatch(/^A row of the stream stock with \{"id":"7"\} .*: sku: .*; quantity: /);
    const refused = new Rejected({ code: 'record.too_large', what: 'x', fix: 'y' });
    expect(faultOfRow(stream, '{"id":"7"}', refused)).toBe(refused.fault);
    expect(faultOfRow(stream, '{"id":"7"}', new Error('a bug'))).toBeNull();
  });
});
