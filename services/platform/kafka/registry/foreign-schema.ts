import avsc from 'avsc';

/** 64-bit numbers as text: not all of them are numbers of JavaScript. */
const exactLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE().toString(),
  toBuffer: (text: string) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(text));
    return bytes;
  },
  fromJSON: String,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'string',
  compare: (one: string, other: string) => Number(BigInt(one) - BigInt(other)),
});

/** Reads what others wrote, by their schema alone. */
export function foreignReader(schemaText: string): { decode(payload: Buffer): unknown } {
  const type = avsc.Type.forSchema(JSON.parse(schemaText), { registry: { long: exactLong } });
  return { decode: (payload) => type.fromBuffer(payload) as unknown };
}
