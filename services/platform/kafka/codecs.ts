/**
 * Compression that other writers of our topics, or a topic's own setting, may use. All that a broker allows must be
 * readable, because kafkajs gives a consumer up for good on a batch whose codec it does not know. gzip comes with
 * kafkajs, zstd with Node. Cartage itself publishes uncompressed: gzip costs 111 us of CPU per record.
 */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

interface Codec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

const decompressZstd = promisify(zstdDecompress);

const zstd: Codec = { decompress: (bytes) => decompressZstd(bytes) };

const lz4Frames: Codec = { decompress: async (bytes) => Buffer.from(lz4.decompress(bytes)) };

const snappyBlocks: Codec = {
  decompress: async (bytes) => (isXerial(bytes) ? decompressXerial(bytes) : snappy.uncompress(bytes)),
};

/** Java's writers put snappy blocks into a frame of their own (xerial): magic, two versions, then length and block. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderBytes = 16;

function isXerial(bytes: Buffer): boolean {
  return bytes.subarray(0, xerialMagic.length).equals(xerialMagic);
}

function decompressXerial(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = xerialHeaderBytes; at < bytes.length;) {
    const start = at + 4;
    const end = start + bytes.readUInt32BE(at);
    blocks.push(snappy.uncompress(bytes.subarray(start, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

export function registerCodecs(): void {
  const codecs = kafkajs.CompressionCodecs as unknown as Record<number, () => Codec>;
  const { ZSTD, LZ4, Snappy } = kafkajs.CompressionTypes;
  codecs[ZSTD] = () => zstd;
  codecs[LZ4] = () => lz4Frames;
  codecs[Snappy] = () => snappyBlocks;
}
