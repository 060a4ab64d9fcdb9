/** What `codecs.ts` uses of two packages that bring no types. */
declare module 'lz4js' {
  const lz4: { decompress(frame: Uint8Array): Uint8Array };
  export default lz4;
}

declare module 'snappyjs' {
  const snappy: { uncompress(block: Buffer): Buffer };
  export default snappy;
}
