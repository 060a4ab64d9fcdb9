/** What Debezium 3.7 wrote of a PostgreSQL table: two rows found, an update, an insert and a delete under the primary key as identity, then with the whole row. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dirtyKeys } from '../../changed-keys/dirty-keys.ts';
import { readEnvelope } from './envelope.ts';
import type { TableRecord } from './envelope.ts';

const recorded = JSON.parse(readFileSync(`${import.meta.dirname}/testing/recorded.json`, 'utf8')) as (
  string | null
)[];
/** As the decoder of foreign topics hands numbers over. */
const asText = (text: string) =>
  JSON.parse(text.replaceAll(/:(-?\d+(?:\.\d+)?)(?=[,}])/g, ':"$1"')) as Record<string, unknown>;
const values = recorded.map((text) => (text === null ? null : asText(text)));
const read = (value: unknown) => readEnvelope('public.item', value) as TableRecord;

describe('a record of Debezium', () => {
  it('tells keys before and after, its transaction, and whether a row was only found', () => {
    const told = values.map((value) => {
      const record = read(value);
      if (record === null) return null;
      const { change, mark, isFound } = record;
      return `${change.kind} ${dirtyKeys(change, ['id']).keys.flat().join(' ')} ${mark}${isFound ? ' found' : ''}`;
    });
    expect(told).toEqual([
      'insert 9007199254740993 755 found',
      'insert 2 755 found',
      'update 2 756',
      'insert 3 757',
      'delete 3 758',
      null,
      'update 2 760',
      'delete 2 761',
      null,
    ]);
  });

  it('with the whole row before it tells the key that a row left', () => {
    expect(dirtyKeys(read(values[6]).change, ['sku']).keys).toEqual([['B'], ['BB']]);
  });

  it('says when it was committed', () => {
    expect(read(values[2]).occurredAt).toBe(1_795_810_432_774);
  });

  it('is read with its schema beside it, and of messages and tombstones says nothing', () => {
    expect(read({ schema: {}, payload: values[2] })).toEqual(read(values[2]));
    expect(readEnvelope('t', { op: 'm', message: {} })).toBeNull();
    expect(readEnvelope('t', { schema: {}, payload: { op: 'm' } })).toBeNull();
    expect(readEnvelope('t', null)).toBeNull();
  });

  it('of a load that somebody asked for is a change like others, and of a truncated table all rows are', () => {
    const [found] = values;
    const source = { ...(found!.source as object), snapshot: 'incremental' };
    expect(read({ ...found, source }).isFound).toBe(false);
    const all = read({ op: 't', before: null, after: null, source: { txId: null } });
    expect([dirtyKeys(all.change, ['id']).all, all.mark]).toEqual([true, 'seen']);
  });

  it('is not what a transformation has left of one, or anything else', () => {
    const code = 'erp.debezium_record';
    for (const value of [values[2]!.after, { payload: values[2]!.after }, 'text', ['c'], { op: 'x' }])
      expect(readEnvelope('t', value)).toMatchObject({ code });
  });
});
