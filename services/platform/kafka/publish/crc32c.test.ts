import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import { crc32c } from './crc32c.ts';

const require = createRequire(import.meta.url);
const ofKafkajs = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number;

it('is the sum of RFC 3720, B.4', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

it('is that of kafkajs at every length', () => {
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 151 + 7) & 0xff));
  for (let length = 0; length <= bytes.length; length += 1)
    expect(crc32c(bytes.subarray(0, length))).toBe(ofKafkajs(bytes.subarray(0, length)));
});
