/** Real: the reader, over HTTP on loopback. Double: the registry, a few lines. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import avsc from 'avsc';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { schemaText } from '../../../schemas/topics.ts';
import { oneLine } from './registry/registry.ts';
import { openValueReader } from './value-reader.ts';
import type { ValueReader } from './value-reader.ts';

/** Schemas by id. */
const schemas: Record<string, string> = {
  7: oneLine(schemaText('cartage.cursors')),
  8: oneLine(schemaText('erp.stock')),
};
const server = createServer((request, response) => {
  const schema = schemas[request.url!.split('/').at(-1)!];
  response.writeHead(schema ? 200 : 404).end(JSON.stringify(schema ? { schema } : {}));
});
let reader: ValueReader;
beforeEach(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nothing = () => undefined;
  reader = openValueReader({ registry: { url }, log: { info: nothing, warn: nothing, error: nothing } });
});
afterEach(async () => {
  await reader.close();
  await new Promise((resolve) => server.close(resolve));
});

const type = avsc.Type.forSchema(JSON.parse(schemas[7]!) as never, { wrapUnions: 'never' });
const value = type.random() as object;
const framed = (id: number, payload = type.toBuffer(value)) =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, id]), payload]);

describe('a value that is kept as bytes', () => {
  it('is read by the schema that it names', async () => {
    expect(type.compare(await reader.read('cartage.cursors', framed(7)), value)).toBe(0);
  });

  it.each([
    ['record.unreadable', 'does not begin with a schema id', Buffer.from('x')],
    ['record.unreadable', 'do not fit the schema', framed(7, Buffer.from([1]))],
    ['record.schema_incompatible', '', framed(8)],
  ])('is %s otherwise: %s', async (code, why, bytes) => {
    await expect(reader.read('cartage.cursors', bytes)).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code, why: expect.stringContaining(why) },
    });
  });
});
