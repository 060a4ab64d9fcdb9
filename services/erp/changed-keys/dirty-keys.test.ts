import { describe, expect, it } from '@jest/globals';
import { dirtyKeys } from './dirty-keys.ts';

const table = 'public.stock_move';
const key = ['product_id'];

describe('the keys that a change makes dirty', () => {
  it('are the old and the new one', () => {
    const moved = { table, kind: 'update', old: { product_id: '1' }, new: { product_id: '2' } } as const;
    expect(dirtyKeys(moved, key)).toEqual({ keys: [['1'], ['2']], all: false });
  });

  it('are one where the key stayed', () => {
    const update = { table, kind: 'update', old: null, new: { product_id: '2' } } as const;
    expect(dirtyKeys(update, key)).toEqual({ keys: [['2']], all: false });
    expect(dirtyKeys({ ...update, old: { product_id: '2' } }, key)).toEqual({ keys: [['2']], all: false });
    expect(dirtyKeys({ table, kind: 'delete', old: { product_id: '2' }, new: null }, key).keys).toEqual([
      ['2'],
    ]);
  });

  it('are none for null, which is no key', () => {
    expect(dirtyKeys({ table, kind: 'insert', old: null, new: { product_id: null } }, key)).toEqual({
      keys: [],
      all: false,
    });
    const left = { table, kind: 'update', old: { product_id: '2' }, new: { product_id: null } } as const;
    expect(dirtyKeys(left, key)).toEqual({ keys: [['2']], all: false });
  });

  it('are the old one where the new value was not sent, being unchanged', () => {
    const toasted = { table, kind: 'update', old: { product_id: '3' }, new: { id: '9' } } as const;
    expect(dirtyKeys(toasted, key)).toEqual({ keys: [['3']], all: false });
  });

  it('are all after a truncate, or where the log does not say', () => {
    expect(dirtyKeys({ table, kind: 'truncate', old: null, new: null }, key)).toEqual({
      keys: [],
      all: true,
    });
    expect(dirtyKeys({ table, kind: 'delete', old: { id: '9' }, new: null }, key)).toEqual({
      keys: [],
      all: true,
    });
  });

  it('of several columns are one each, and none where one of them is null', () => {
    const both = ['place', 'product_id'];
    const moved = {
      table,
      kind: 'update',
      old: { place: 'A', product_id: '1' },
      new: { place: 'B', product_id: '1' },
    } as const;
    expect(dirtyKeys(moved, both)).toEqual({
      keys: [
        ['A', '1'],
        ['B', '1'],
      ],
      all: false,
    });
    const nowhere = { ...moved, old: null, new: { place: null, product_id: '1' } };
    expect(dirtyKeys(nowhere, both)).toEqual({ keys: [], all: false });
    expect(dirtyKeys({ ...moved, kind: 'delete', old: { place: 'A' }, new: null }, both).all).toBe(true);
  });
});
