/** Real: the statements, the driver, the engine of recipes. Doubles: the server of the database, and an ERP over HTTP. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { markerSection } from '../platform/config/sections/marker.ts';
import { recipeSection } from '../platform/config/sections/recipe.ts';
import type { MarkerErp } from './marker.ts';
import { openMarkerErp } from './marker.ts';
import { PostgresDouble } from './testing/postgres-double.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const values = { sku: 'M', key: 'us/en/1', id: '7', reference: 'SO/7' };

function opened(marker: object, erp: object): MarkerErp {
  const config = { marker: markerSection.parse(marker), erp } as never;
  const made = openMarkerErp({ config });
  closing.push(() => made.close());
  return made;
}

describe('what the configuration has for the marker order', () => {
  it('is run as statements of one transaction, each told of the order and of what was before it', async () => {
    const server = (await PostgresDouble.start())
      .on(/synchronous_commit/, [])
      .on(/^insert into item/, [{ id: 3 }]);
    closing.push(() => server.stop());
    server.on(/^insert into parcel/, 1);
    const make = [
      { name: 'item', sql: 'insert into item values ($sku, $key)' },
      { sql: 'insert into parcel values ($item, $reference)' },
    ];
    const { host, port, user, password, database } = server.connection;
    const url = `postgres://${user}:${password}@${host}:${port}/${database}`;
    const erp = opened(
      { parcel: { make } },
      { connection: { url, statementTimeoutMs: 1_000, allowPlain: true } },
    );
    expect([erp.steps('parcel', 'make'), erp.steps('product', 'make')]).toEqual([2, 0]);
    await erp.run('parcel', 'make', values);
    expect(server.asked.filter((sql) => /^(begin|insert|commit)/.test(sql))).toHaveLength(4);
    expect(server.values.filter((given) => given.length > 0)).toEqual([
      ['M', 'us/en/1'],
      ['{"id":3}', 'SO/7'],
    ]);
  });

  it('is called as the recipe calls', async () => {
    const asked: string[] = [];
    const server: Server = createServer((request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (body: string) => asked.push(`${request.method} ${request.url} ${body}`));
      request.on('end', () => response.setHeader('content-type', 'application/json').end('{"id":5}'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing.push(async () => void server.close());
    const { port } = server.address() as AddressInfo;
    const call = { send: 'POST /x' };
    const orders = { lookup: [call], carries: '=key', document: { id: '=id' }, create: call };
    const recipe = recipeSection.parse({ url: `http://127.0.0.1:${port}`, orders });
    const make = [
      { name: 'item', send: 'POST /items', body: { sku: '=$sku' }, take: '=result.id' },
      { send: 'POST /stock', body: { item: '=$item' } },
    ];
    await opened({ product: { make } }, { recipe }).run('product', 'make', values);
    expect(asked).toEqual(['POST /items {"sku":"M"}', 'POST /stock {"item":5}']);
  });

  it('is refused before anything is run, where it cannot be', () => {
    const erp = { connection: { url: 'postgres://localhost/x' } };
    const sql = 'select $nobody';
    expect(() => opened({ parcel: { make: [{ sql }] } }, erp)).toThrow('nobody');
    expect(() => opened({ parcel: { make: [{ send: 'POST /x' }] } }, erp)).toThrow(
      'erp.recipe is not configured',
    );
    const wrong = [{ sql, send: 'POST /x' }, {}, { name: 'A b', sql }, { send: 'POST /{=$nobody}' }];
    const { error } = markerSection.safeParse({ parcel: { make: wrong } });
    expect(error!.issues.map(({ path }) => path.join('.'))).toEqual(
      expect.arrayContaining(['parcel.make.0', 'parcel.make.1', 'parcel.make.2.name']),
    );
    const scoped = markerSection.safeParse({ parcel: { make: wrong.slice(3) } });
    expect(scoped.error!.issues.map(({ path }) => path.join('.'))).toEqual(['parcel.make.0.send']);
  });
});
