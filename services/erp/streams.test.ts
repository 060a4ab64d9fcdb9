import { expect, it } from '@jest/globals';
import { compileStreams, watchedTables } from './streams.ts';

const watching = (...watch: object[]) =>
  watchedTables(
    compileStreams({
      one: { topic: 'erp.stock', key: { id: 'int' }, watch, query: 'select 1', find: 'select 1' },
    } as never),
  );

it('watches the columns that lead to a key, of a table at two places together', () => {
  const via = 'select r.a from jsonb_to_recordset($rows) r(a int, b int)';
  expect(watching({ table: 'move', key: 'id' }, { table: 'public.move', via })).toEqual(
    new Map([['public.move', ['id', 'a', 'b']]]),
  );
});

it('watches all columns where a query reads the rows in a way that does not say which', () => {
  const via = `select r ->> 'a' from jsonb_array_elements($rows) r`;
  expect(watching({ table: 'move', key: 'id' }, { table: 'move', via })).toEqual(
    new Map([['public.move', 'all']]),
  );
});

it('watches the columns of a key that has several, in their order', () => {
  const [stream] = compileStreams({
    one: {
      topic: 'erp.stock',
      key: { place: 'text', item: 'int' },
      watch: [{ table: 'bin', key: { item: 'product_id', place: 'location' } }],
      query: 'select 1',
      find: 'select 1',
    },
  } as never);
  expect(stream).toMatchObject({
    keyColumns: ['place', 'item'],
    keyForms: ['exact', 'integer'],
    watches: [{ table: 'public.bin', columns: ['location', 'product_id'] }],
  });
});
