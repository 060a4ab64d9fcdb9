import { describe, expect, it } from '@jest/globals';
import type { Difference } from '../../../schemas/types.ts';
import { chosen, ofSelection, selectionWords } from './records.ts';

const difference = (kind: string, cause: string) => ({ kind, cause }) as Difference;
const all = new Map([
  ['us/stock/W1/a/quantity', difference('stock', 'changed_by_hand')],
  ['us/stock/W1/b/quantity', difference('stock', 'parked')],
  ['us/orders/us/en/1/exists', difference('orders', 'parked')],
]);
const count = (selection: object) => ofSelection(all, selection).size;

describe('the differences of a selection', () => {
  it('are of a kind, of a cause, of both, or all', () => {
    expect([count({}), count({ kind: 'stock' }), count({ cause: 'parked' })]).toEqual([3, 2, 2]);
    expect([...ofSelection(all, { kind: 'stock', cause: 'parked' }).keys()]).toEqual([
      'us/stock/W1/b/quantity',
    ]);
    expect(selectionWords({ kind: 'stock', cause: 'parked' })).toBe('kind stock, cause parked');
    expect(selectionWords({})).toBe('by key');
  });

  it.each([
    ['nothing', [], {}],
    ['both', ['us/stock/W1/a/quantity'], { kind: 'stock' }],
  ])('are not %s', (_name, keys, selection) => {
    expect(() => chosen(all, keys, selection)).toThrow('differences.selection');
  });

  it('are nothing at all when one of them does not differ', () => {
    expect([...chosen(all, ['us/stock/W1/a/quantity'], {}).keys()]).toEqual(['us/stock/W1/a/quantity']);
    expect(() => chosen(all, ['us/stock/W1/a/quantity', 'x'], {})).toThrow('No difference: x');
    expect(() => chosen(all, [], { kind: 'prices' })).toThrow('differences.unknown');
  });
});
