/** What `codecs.ts`, and its test, use of two packages that bring no types. */
declare module 'lz4js' {
  const lz4: { decompress(frame: Uint8Array): Uint8Array; compress(bytes: Uint8Array): Uint8Array };
  export default lz4;
}

declare module 'snappyjs' {
  const snappy: { uncompress(block: Buffer): Buffer; compress(bytes: Buffer): Buffer };
  export default snappy;
}
