import { describe, expect, it } from '@jest/globals';
import avsc from 'avsc';
import { createForeignDecoder } from './foreign.ts';
import { Registry } from './registry/registry.ts';
import type { RegistryApi } from './registry/registry-api.ts';

const schema = {
  type: 'record',
  name: 'Envelope',
  fields: [
    { name: 'op', type: 'string' },
    {
      name: 'after',
      type: ['null', { type: 'record', name: 'Value', fields: [{ name: 'id', type: 'long' }] }],
    },
  ],
};

/** @param text of schema 7; null: the registry knows none. */
function decoderOf(text: string | null = JSON.stringify(schema)) {
  const asked: number[] = [];
  const api = {
    schemaById: (id: number) => {
      asked.push(id);
      return Promise.resolve(text);
    },
    idOf: () => Promise.resolve(1),
    close: () => Promise.resolve(),
  } as unknown as RegistryApi;
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const registry = new Registry({ api, schemaText: () => '"string"', log: quiet, confirmationDelayMs: 1 });
  const decoder = createForeignDecoder('erp.public.item', registry);
  const decode = async (value: Buffer | null) => {
    const message = { key: null, value, offset: '5', timestamp: '1', headers: {} };
    return decoder.decode(message as never, 2, new AbortController().signal);
  };
  return { decode, asked };
}

/** 2^53 + 1, which is no number of JavaScript. */
const framed = (id: number) => {
  const type = avsc.Type.forSchema(schema as avsc.Schema, {
    registry: {
      long: avsc.types.LongType.__with({
        fromBuffer: () => '',
        toBuffer: () => {
          const bytes = Buffer.alloc(8);
          bytes.writeBigInt64LE(9_007_199_254_740_993n);
          return bytes;
        },
        fromJSON: String,
        toJSON: String,
        isValid: () => true,
        compare: () => 0,
      }),
    },
  });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, type.toBuffer({ op: 'c', after: { id: 'long' } })]);
};

describe('a record that others wrote', () => {
  it('in JSON has its numbers as they are written', async () => {
    const { decode, asked } = decoderOf();
    const record = await decode(Buffer.from('{"id":9007199254740993,"price":1.50,"on":true,"no":null}'));
    expect(record).toMatchObject({ partition: 2, offset: 5, key: '' });
    expect(record).toHaveProperty('value', { id: '9007199254740993', price: '1.50', on: true, no: null });
    expect(asked).toEqual([]);
  });

  it('in Avro is read by the schema of its writer, asked for once', async () => {
    const { decode, asked } = decoderOf();
    for (let time = 0; time < 2; time += 1)
      expect(await decode(framed(7))).toHaveProperty('value', { op: 'c', after: { id: '9007199254740993' } });
    expect(asked).toEqual([7]);
  });

  it('of no value is a tombstone', async () => {
    expect(await decoderOf().decode(null)).toHaveProperty('value', null);
  });

  it('that cannot be read says so, and nothing of what stands in it', async () => {
    const { decode } = decoderOf();
    for (const bytes of [Buffer.from('Mrs. Secret'), framed(7).subarray(0, 6)]) {
      const record = await decode(bytes);
      expect(record).toHaveProperty('undecodable.code', 'record.foreign');
      expect(JSON.stringify(record)).not.toContain('Secret');
    }
    expect(await decoderOf(null).decode(framed(7))).toHaveProperty(
      'undecodable.code',
      'record.schema_unknown',
    );
  });
});
