/** Real: kafkajs' own encoder, whose bytes ours must equal, and its loader. */
import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { Random } from '../../flow/testing/random.ts';
import { encodeRecord, writeRecordsAtOnce } from './record-bytes.ts';
import type { BatchRecord, Encoded } from './record-bytes.ts';

const require = createRequire(import.meta.url);
type Encode = (record: BatchRecord) => Encoded;
const ofKafkajs = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as Encode;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

function anyRecord(random: Random): BatchRecord {
  const text = () => random.pick(['', 'a', 'größer', '€'.repeat(random.between(0, 200)), '🛒']);
  const bytes = () => Buffer.alloc(random.pick([0, 1, 63, 64, 127, 128, 8_191, 8_192, 40_000]), 0xa5);
  return {
    offsetDelta: random.pick([0, 1, 63, 64, 8_191, 8_192, 1_000_000]),
    timestampDelta: random.pick([0, 1, -1, 64, -65, 2 ** 31, 2 ** 40]),
    key: random.pick([null, text(), bytes()]),
    value: random.pick([null, text(), bytes()]),
    headers: Object.fromEntries(
      Array.from({ length: random.between(0, 12) }, (_, index) => [
        `h${index}${text()}`,
        random.pick([text(), bytes(), [text(), bytes()], []]),
      ]),
    ),
  };
}

describe('a record as bytes', () => {
  it.each(Array.from({ length: 200 }, (_, round) => seed + round))(
    'is what kafkajs makes (seed %i)',
    (one) => {
      const record = anyRecord(new Random(one));
      expect(encodeRecord(record).buffer.equals(ofKafkajs(record).buffer)).toBe(true);
    },
  );

  it('shares nothing with the next one', () => {
    const first = encodeRecord({ key: 'first', value: 'one' });
    const before = Buffer.from(first.buffer);
    encodeRecord({ key: 'other', value: 'two' });
    expect(first.buffer).toEqual(before);
  });

  it('is written by ours when kafkajs sends', () => {
    writeRecordsAtOnce();
    expect(require('kafkajs/src/protocol/recordBatch/record/v0/index.js')).toBe(encodeRecord);
    const loaded = Object.keys(require.cache).some((path) => path.endsWith('produce/v3/request.js'));
    expect(loaded).toBe(false);
  });
});
