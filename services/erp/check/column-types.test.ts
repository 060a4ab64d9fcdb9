import { describe, expect, it } from '@jest/globals';
import { checkColumnTypes, checkKeyTypes } from './column-types.ts';
import { judgePlans } from './plans.ts';

describe('the type of a column', () => {
  it.each([
    ['erp.stock', 'sku', 'character varying', 'ok'],
    ['erp.stock', 'sku', 'bigint', 'ok'],
    ['erp.stock', 'sku', 'integer', 'fail'],
    ['erp.stock', 'sku', 'text[]', 'fail'],
    ['erp.stock', 'quantity', 'double precision', 'ok'],
    ['erp.stock', 'quantity', 'text', 'warn'],
    ['erp.stock', 'quantity', 'date', 'fail'],
    ['erp.stock', 'sellable', 'boolean', 'ok'],
    ['erp.stock', 'sellable', 'smallint', 'warn'],
    ['erp.stock', 'sellable', 'text', 'fail'],
    ['erp.fulfilments', 'occurred_on', 'timestamp with time zone', 'ok'],
    ['erp.fulfilments', 'occurred_on', 'timestamp without time zone', 'warn'],
    ['erp.fulfilments', 'occurred_on', 'date', 'fail'],
    ['erp.prices', 'prices', 'jsonb', 'ok'],
    ['erp.prices', 'prices', 'text', 'warn'],
    ['erp.prices', 'prices', 'xml', 'fail'],
  ])('of %s %s %s is told: %s', (topic, name, type, level) => {
    expect(checkColumnTypes('here', topic, new Map([[name, type]]))).toMatchObject([
      { level, code: 'erp.column_type' },
    ]);
  });

  it('of what is left out is none', () => {
    expect(checkColumnTypes('here', 'erp.stock', new Map([['id', 'xml']]))).toMatchObject([{ level: 'ok' }]);
  });
});

describe('the type of a key', () => {
  const declared = { place: 'text', item: 'int' };
  it('is the declared one, in whatever form, in all places that have it', () => {
    const places = [
      { place: 'the query', types: ['varchar', 'bigint'] },
      { place: 'public.item', types: [undefined, 'integer'] },
    ];
    expect(checkKeyTypes('stock', declared, places)).toMatchObject([{ level: 'ok', code: 'erp.key_type' }]);
  });

  it('is another one in one place', () => {
    const places = [{ place: 'public.item', types: ['citext', 'numeric'] }];
    expect(checkKeyTypes('stock', declared, places)).toMatchObject([
      { level: 'fail', code: 'erp.key_type', what: expect.stringContaining('place of the stream stock') },
      { level: 'fail', what: expect.stringContaining('declared int, and is numeric in public.item') },
    ]);
  });
});

it.each([
  [1_000, 10, 'ok'],
  [1_001, 10, 'warn'],
  [20_000, 100_000, 'ok'],
  [20_001, 100_000, 'warn'],
])('a plan that costs %d for one key, and %d for all, is told: %s', (one, all, level) => {
  const plan = (cost: number) => ({ cost, rows: 1, steps: 'Seq Scan', tables: [] });
  expect(judgePlans('here', plan(all), plan(one))).toMatchObject({ level, code: 'erp.plan' });
});
