/** Real: the decoders that kafkajs is given, on bytes that other writers' libraries have made. */
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { registerCodecs } from './codecs.ts';

const text = Buffer.from('a batch of records, a batch of records, a batch of records');
const decompress = (codec: number, bytes: Buffer) => {
  const codecs = kafkajs.CompressionCodecs as unknown as Record<
    number,
    () => { decompress(bytes: Buffer): Promise<Buffer> }
  >;
  return codecs[codec]!().decompress(bytes);
};
const { ZSTD, LZ4, Snappy } = kafkajs.CompressionTypes;

beforeAll(registerCodecs);

/** As Java's writers put snappy blocks: magic, version, compatible version, then each block after its length. */
function xerial(...blocks: Buffer[]): Buffer {
  const framed = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    const bytes = Buffer.from(snappy.compress(block));
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([Buffer.from('82534e41505059000000000100000001', 'hex'), ...framed]);
}

describe('a batch that somebody has packed', () => {
  it.each<[string, number, () => Promise<Buffer> | Buffer]>([
    ['zstd', ZSTD, () => promisify(zstdCompress)(text)],
    ['lz4', LZ4, () => Buffer.from(lz4.compress(text))],
    ['snappy', Snappy, () => Buffer.from(snappy.compress(text))],
    [
      'snappy in blocks',
      Snappy,
      () => xerial(text.subarray(0, 20), text.subarray(20, 21), text.subarray(21)),
    ],
  ])('with %s can be read', async (_name, codec, pack) => {
    expect(await decompress(codec, await pack())).toEqual(text);
  });

  it('as nothing, is nothing', async () => {
    expect(await decompress(Snappy, xerial())).toEqual(Buffer.alloc(0));
  });
});
