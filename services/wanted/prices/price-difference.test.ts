import { describe, expect, it } from '@jest/globals';
import { differenceOf } from './price-difference.ts';

const today = '2026-11-28';
const row = (changes: object = {}) => ({
  sku: 'A',
  scope: 0,
  price: '5',
  from: null as string | null,
  to: null as string | null,
  group: null,
  quantity: '1',
  isPercent: false,
  ...changes,
});
const mine = () => true;
const differs = (wanted: object[], stored: object[], owns = mine) =>
  differenceOf(wanted.map(row), stored.map(row), owns, today);

describe('a price', () => {
  it.each([
    ['is the same with other zeros', [{}], [{ price: '5.0000' }], [], []],
    ['is written where there is none', [{}], [], [{}], []],
    ['is written over another', [{}], [{ price: '6' }], [{}], []],
    ['goes when it is wanted no more', [], [{}], [], [{}]],
    // A shop gives a special price without a first day the day on which it first saved the product.
    ['has begun, whichever day it began', [{}], [{ from: '2026-11-01' }], [], []],
    ['has begun on either day', [{ from: '2026-11-20' }], [{ from: '2026-11-01' }], [], []],
    [
      'begins on another day',
      [{ from: '2026-12-24' }],
      [{ from: '2026-12-01' }],
      [{ from: '2026-12-24' }],
      [],
    ],
    ['begins now, not then', [{}], [{ from: '2026-12-01' }], [{}], [{ from: '2026-12-01' }]],
    ['ends on another day', [{ to: '2026-12-24' }], [{ to: '2026-12-01' }], [{ to: '2026-12-24' }], []],
    ['has no end any more', [{}], [{ to: '2026-12-01' }], [{}], [{ to: '2026-12-01' }]],
    ['is no discount', [{}], [{ isPercent: true }], [{}], []],
  ])('%s', (_name, wanted, stored, write, remove) => {
    expect(differs(wanted, stored)).toEqual({ write: write.map(row), remove: remove.map(row) });
  });

  it('has its place by store view, group and quantity', () => {
    const stored = [{ group: 'General', quantity: '10.0000' }, { scope: 2 }, { quantity: '10' }];
    expect(differs([{ group: 'GENERAL', quantity: '10' }], stored).remove).toEqual(stored.slice(1).map(row));
  });

  it('of somebody else stays', () => {
    expect(differs([], [{ group: 'General' }, {}], () => false)).toEqual({ write: [], remove: [] });
  });
});
