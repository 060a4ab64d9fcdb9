/**
 * Compression that other writers of our topics may use. gzip comes with kafkajs, zstd with Node; lz4 and snappy need
 * native modules and are left out: a batch compressed by them ends the consumer, loudly (see `subscription.ts`).
 * Cartage itself publishes uncompressed: gzip costs 111 us of CPU per record (platform.md, section 2).
 */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export function registerCodecs(): void {
  const codecs = kafkajs.CompressionCodecs as unknown as Record<number, () => Codec>;
  codecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }) => compress(buffer),
    decompress: (bytes) => decompress(bytes),
  });
}
