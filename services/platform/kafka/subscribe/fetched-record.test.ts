/** Real: kafkajs' own encoder, decoder and loader; what ours reads must be what its decoder reads. */
import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { orders } from '../../../../schemas/topics.ts';
import type { Contract } from '../../../../schemas/topics.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { Registry } from '../registry/registry.ts';
import type { Received } from '../types.ts';
import { createDecoder } from '../wire.ts';
import { FetchedRecord, readRecordsAtOnce } from './fetched-record.ts';
import type { BatchContext, RecordBytes } from './fetched-record.ts';

const require = createRequire(import.meta.url);
const kafkajs = 'kafkajs/src/protocol/';
const path = `${kafkajs}recordBatch/record/v0/`;
const encode = require(`${path}index.js`) as (record: object) => RecordBytes;
const decode = require(`${path}decoder.js`) as (decoder: object, context: BatchContext) => KafkaMessage;
const Decoder = require(`${kafkajs}decoder.js`) as new (bytes: Buffer) => {
  readVarIntBytes(): Buffer;
};

/** The record without its length, as kafkajs cuts it out of the batch. */
const bytesOf = (record: object) => new Decoder(encode(record).buffer).readVarIntBytes();

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)),
  fc.constantFrom(63, 64, 127, 128, 8_191, 8_192, 40_000).map((length) => Buffer.alloc(length, 0xa5)),
);
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  offsetDelta: fc.constantFrom(0, 1, 63, 64, 8_191, 8_192, 1_000_000),
  timestampDelta: fc.constantFrom(0, 1, -1, 64, -65, 2 ** 31, 2 ** 40),
  headers: fc.dictionary(
    fc.constantFrom('ce_id', 'traceparent', 'ä', '🛒', 'x'.repeat(200)),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
  ),
});
const context = fc.record({
  firstOffset: fc.constantFrom('0', '7', '9007199254000000'),
  firstTimestamp: fc.constantFrom('0', '1795000000000'),
  maxTimestamp: fc.constant('1795000000999'),
  magicByte: fc.constant(2),
  isControlBatch: fc.boolean(),
  timestampType: fc.constantFrom(0, 1),
});

it('reads what the decoder of kafkajs reads', () => {
  fc.assert(
    fc.property(record, context, (given, of) => {
      const encoded = bytesOf(given);
      const theirs = decode(new Decoder(encoded), of);
      const read = new FetchedRecord(encoded, of);
      // As texts: a comparison of long Buffers takes seconds.
      const ours = Object.keys(theirs).map((name) => [name, read[name as keyof FetchedRecord]]);
      expect(canonicalJson(Object.fromEntries(ours))).toBe(canonicalJson(theirs));
    }),
    { seed: 20_261_127, numRuns: 300 },
  );
});

it('is kept by a service without the answer of the broker that it came in', () => {
  const encoded = bytesOf({
    key: 'main/default/1',
    value: Buffer.from([0, 0, 0, 0, 1, 42]),
    headers: { ce_id: 'abc', traceparent: '00-ä', twice: ['one', 'two'] },
  });
  const contract = orders as unknown as Contract<never>;
  const registry = { known: () => ({ decode: (payload: Buffer) => payload[0] }) } as unknown as Registry;
  const message = new FetchedRecord(encoded, { firstOffset: '5', firstTimestamp: '9' });
  const seen = createDecoder(contract, registry).decode(
    message,
    3,
    AbortSignal.timeout(1_000),
  ) as Received<never>;
  encoded.fill(0xff);
  expect(seen).toMatchObject({
    key: 'main/default/1',
    offset: 5,
    partition: 3,
    publishedAt: 9,
    value: 42,
    eventId: 'abc',
    traceparent: '00-ä',
    headers: { ce_id: 'abc', traceparent: '00-ä', twice: 'two' },
    bytes: Buffer.from([0, 0, 0, 0, 1, 42]),
    // Key and value, and the headers, which are kept as well.
    sizeBytes: 20 + 49,
  });
});

it('is read by ours when kafkajs fetches', () => {
  readRecordsAtOnce();
  const of = { firstOffset: '1', firstTimestamp: '2' };
  const ours = require(`${path}decoder.js`) as typeof decode;
  expect(ours({ buffer: bytesOf({ key: 'a', value: 'b' }) }, of)).toBeInstanceOf(FetchedRecord);
  const loaded = Object.keys(require.cache).some((file) => file.endsWith('recordBatch/v0/decoder.js'));
  expect(loaded).toBe(false);
});
