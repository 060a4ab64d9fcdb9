/** Real: the wire format, both ways, with the schema of stock. Double: the registry. */
import avsc from 'avsc';
import { describe, expect, it } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import { schemaText, stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import type { Rejected } from '../errors.ts';
import { eventId, textHeaders } from './headers.ts';
import type { ReaderSchema, Registry, WriterSchema } from './registry/registry.ts';
import { schemaIdOf } from './frame.ts';
import type { Received } from './types.ts';
import { createDecoder, maxRecordBytes, toRecord } from './wire.ts';

const schema: WriterSchema = {
  id: 0x01020304,
  type: avsc.Type.forSchema(JSON.parse(schemaText('erp.stock')) as never),
};
const value = {
  source: 'WH',
  sku: 'A',
  quantity: '1.0000',
  sellable: true,
  deleted: false,
  occurredAt: null,
  version: { epoch: 1, number: 2 },
  sourceKey: '{}',
  twin: null,
} as Stock;
const valueOf = (changes: object = {}): Stock =>
  schema.type.clone({ ...value, ...changes }, { wrapUnions: true }) as Stock;
const outgoing = (changes: object = {}, parts: object = {}) => ({
  contract: stock,
  value: valueOf(changes),
  key: 'WH/A',
  source: 'cartage/us/test',
  timeMs: Date.parse('2026-03-01T10:00:00.123Z'),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ...parts,
});
const faultOf = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as Rejected).fault;
  }
};

describe('a record to be published', () => {
  it('is framed for the registry, and carries the headers of its event', () => {
    const record = toRecord(outgoing(), schema);
    expect(record).toMatchObject({ topic: 'erp.stock', partitions: stock.partitions, key: 'WH/A' });
    expect(record.value!.subarray(0, 5)).toEqual(Buffer.from([0, 1, 2, 3, 4]));
    const payload = record.value!.subarray(5);
    expect(schema.type.fromBuffer(payload)).toMatchObject({ sku: 'A', quantity: '1.0000' });
    const identity = { source: 'cartage/us/test', topic: 'erp.stock', key: 'WH/A', payload };
    expect(record.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: eventId({ ...identity, version: { epoch: 1, number: 2 } }),
      ce_source: 'cartage/us/test',
      ce_type: 'erp.stock',
      ce_time: '2026-03-01T10:00:00.123Z',
      ce_partitionkey: 'WH/A',
      'content-type': 'application/avro',
      traceparent: outgoing().traceparent,
    });
  });

  it('has the same id for the same state, and another for another; a tombstone is an event of its own', () => {
    const idOf = (changes: object, parts: object = {}) =>
      toRecord(outgoing(changes, parts), schema).headers.ce_id;
    const [one, again] = [idOf({}), idOf({}, { timeMs: 0, traceparent: null })];
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(one);
    const others = [
      idOf({ quantity: '2.0000' }),
      idOf({}, { key: 'WH/B' }),
      idOf({}, { source: 'x' }),
      idOf({ version: { epoch: 1, number: 3 } }),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
    const gone = toRecord(outgoing({}, { value: null, traceparent: null }), null);
    expect(gone.value).toBeNull();
    expect(gone.headers).toMatchObject({ ce_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(Object.keys(gone.headers)).not.toContain('content-type');
    expect(Object.keys(gone.headers)).not.toContain('traceparent');
    expect(toRecord(outgoing({}, { value: null }), null).headers.ce_id).not.toBe(gone.headers.ce_id);
  });

  it('may be as large as a broker takes, whatever came before it', () => {
    const sized = (changes: object) => toRecord(outgoing(changes), schema).value!;
    const empty = sized({ sourceKey: '' }).length;
    // A length takes three bytes then, and one while it is empty.
    const longest = 'x'.repeat(maxRecordBytes - empty - 2);
    expect(sized({ sourceKey: longest })).toHaveLength(maxRecordBytes);
    expect(sized({}).length).toBe(empty + 2);
    expect(schema.type.fromBuffer(sized({ sourceKey: longest }).subarray(5))).toMatchObject({
      sourceKey: longest,
    });
    expect(faultOf(() => sized({ sourceKey: `${longest}x` }))).toMatchObject({
      code: 'record.too_large',
      what: expect.stringContaining('1000001 bytes'),
    });
  });

  it.each([
    ['record.key_missing', {}, { key: '' }, 'has no key'],
    ['record.does_not_fit', { sku: 7 }, {}, 'erp.stock at: sku'],
    ['record.does_not_fit', {}, { value: 'no record' }, 'erp.stock at: its root'],
  ])('is refused with %s: %j %j', (code, changes, parts, what) => {
    const given = { ...value, ...changes };
    const fault = faultOf(() => toRecord(outgoing({}, { value: given, ...parts }), schema));
    expect(fault).toMatchObject({ code, what: expect.stringContaining(what) });
  });
});

describe('a record that is read', () => {
  const reader: ReaderSchema = { decode: (bytes) => schema.type.fromBuffer(bytes) };
  const unknown: ReaderSchema = { fault: { code: 'schema.unknown', what: 'No such id', fix: 'Look' } };
  const registryOf = (known: ReaderSchema | null, later: ReaderSchema = reader) =>
    ({ known: () => known, reader: () => Promise.resolve(later) }) as unknown as Registry;
  const { value: bytes } = toRecord(outgoing(), schema);
  const message = (changes: Partial<KafkaMessage> = {}) =>
    ({
      key: Buffer.from('WH/A'),
      value: bytes,
      offset: '12',
      timestamp: '1700000000000',
      headers: { ce_id: Buffer.from('e'), traceparent: [Buffer.from('t0'), Buffer.from('t1')] },
      ...changes,
    }) as KafkaMessage;
  const decode = (changes: Partial<KafkaMessage> = {}, registry = registryOf(reader)) =>
    createDecoder(stock as never, registry).decode(message(changes), 3, new AbortController().signal);
  const seen = { topic: 'erp.stock', partition: 3, offset: 12, publishedAt: 1_700_000_000_000 };

  it('is what was published, with its place, its id and its size', () => {
    const sent = Buffer.from(bytes!);
    const record = decode({ value: sent });
    // What is kept is a copy: kafkajs gives a window on the whole answer of the broker.
    sent.fill(0);
    expect(record).toMatchObject({
      ...seen,
      key: 'WH/A',
      contract: stock,
      value: { sku: 'A' },
      eventId: 'e',
      traceparent: 't1',
      headers: { ce_id: 'e', traceparent: 't1' },
      sizeBytes: 4 + bytes!.length,
      bytes,
    });
  });

  it('may say nothing of itself, and be a tombstone', () => {
    expect(decode({ value: null, headers: undefined as never })).toMatchObject({
      value: null,
      bytes: null,
      eventId: null,
      traceparent: null,
      sizeBytes: 4,
    });
  });

  it('lazily is read when that is asked for, and again once it was forgotten', () => {
    let reads = 0;
    let asked = 0;
    const counting: ReaderSchema = {
      decode: (payload) => {
        reads += 1;
        return reader.decode(payload);
      },
    };
    const known = () => {
      asked += 1;
      return counting;
    };
    const decoder = createDecoder(stock as never, { known } as unknown as Registry, 'unread');
    const seenOf = (changes: Partial<KafkaMessage>) =>
      decoder.decode(message(changes), 3, new AbortController().signal) as Received<never>;
    const record = seenOf({});
    expect([record.isTombstone, reads, record.open!(), record.value, record.value, reads]).toMatchObject([
      false,
      0,
      null,
      { sku: 'A' },
      { sku: 'A' },
      1,
    ]);
    record.forget!();
    expect([record.value, record.eventId, reads]).toMatchObject([{ sku: 'A' }, 'e', 2]);
    const damaged = seenOf({ value: bytes!.subarray(0, 9) });
    expect(damaged.open!()).toMatchObject({ ...seen, undecodable: { code: 'record.damaged' } });
    const gone = seenOf({ value: null });
    gone.forget!();
    expect([gone.isTombstone, gone.open!(), gone.value, reads, asked]).toEqual([true, null, null, 3, 1]);
    expect(seenOf({ key: Buffer.from('\ufffd') })).toMatchObject({ key: '\ufffd' });
  });

  it('waits for the registry where its schema is not known yet', async () => {
    const later = decode({}, registryOf(null));
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toMatchObject({ value: { sku: 'A' } });
    expect(await decode({}, registryOf(null, unknown))).toMatchObject({
      undecodable: { code: 'schema.unknown' },
    });
  });

  it.each<[string, Partial<KafkaMessage>, object]>([
    ['record.key_missing', { key: null }, { key: null, sizeBytes: bytes!.length }],
    ['record.key_missing', { key: Buffer.alloc(0) }, { key: null }],
    ['record.key_unreadable', { key: Buffer.from([0xff]) }, {}],
    ['record.no_schema_id', { value: Buffer.from([0, 0, 0, 1]) }, {}],
    ['record.no_schema_id', { value: Buffer.from('{"sku": 1}') }, {}],
    ['record.damaged', { value: bytes!.subarray(0, 9) }, {}],
  ])('is undecodable with %s: %j', (code, changes, expected) => {
    expect(decode(changes)).toMatchObject({ ...seen, ...expected, undecodable: { code } });
  });

  it('says of its frame what was found in its place', () => {
    const said = (frame: Buffer) =>
      (decode({ value: frame }) as { undecodable: { what: string } }).undecodable.what;
    expect(said(Buffer.from([0, 0, 0, 1]))).toContain('found 4 bytes');
    expect(said(Buffer.from('{"sku": 1}'))).toContain('found a first byte of 123');
    expect([schemaIdOf(bytes!), schemaIdOf(bytes!.subarray(0, 5))]).toEqual([0x01020304, 0x01020304]);
  });

  it('and does not fit tells what could not be done, and nothing of what was found', () => {
    const failing: ReaderSchema = {
      decode: () => {
        throw new Error('invalid enum value: {"name":"Jane"}');
      },
    };
    const found = decode({}, registryOf(failing));
    expect(found).toMatchObject({ undecodable: { code: 'record.damaged', why: 'invalid enum value' } });
  });
});

it('headers are text; of one that stands twice the last one counts', () => {
  expect(textHeaders(undefined)).toEqual({});
  expect(textHeaders({ a: 'x', b: [Buffer.from('1'), '2'], c: [], d: undefined })).toEqual({
    a: 'x',
    b: '2',
  });
});
