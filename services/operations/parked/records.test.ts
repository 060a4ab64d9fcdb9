import { describe, expect, it } from '@jest/globals';
import type { Parked } from '../../../schemas/types.ts';
import { chosen, ofSelection } from './records.ts';

const record = (process: string, code: string) => ({ group: `cartage.main.${process}`, code }) as Parked;
const records = new Map([
  ['a', record('inventory-applier', 'stock.sku_unknown')],
  ['b', record('catalog-applier', 'price.sku_unknown')],
  ['c', record('order-exporter', 'bug')],
  ['d', record('order-relay', 'bug')],
]);
const keys = (found: ReadonlyMap<string, Parked>) => [...found.keys()];

describe('the parked records of a selection', () => {
  it('are of a cause, of a flow by its switch or by its process, or all', () => {
    expect(keys(ofSelection(records, {}))).toEqual(['a', 'b', 'c', 'd']);
    expect(keys(ofSelection(records, { cause: 'bug' }))).toEqual(['c', 'd']);
    expect(keys(ofSelection(records, { flow: 'orders' }))).toEqual(['c', 'd']);
    expect(keys(ofSelection(records, { flow: 'catalog-applier' }))).toEqual(['b']);
    expect(keys(ofSelection(records, { flow: 'order-relay', cause: 'bug' }))).toEqual(['d']);
  });

  it('of a flow that there is none are refused with those that there are', () => {
    expect(() => ofSelection(records, { flow: 'stok' })).toThrow(
      /orders, customers, stock, catalog, shipments/,
    );
  });
});

describe('what an act is for', () => {
  it('is the keys, or a cause', () => {
    expect(keys(chosen(records, ['c', 'a'], {}))).toEqual(['c', 'a']);
    expect(keys(chosen(records, [], { cause: 'bug', flow: 'order-exporter' }))).toEqual(['c']);
  });

  it.each([
    ['neither', [], {}],
    ['both', ['a'], { cause: 'bug' }],
    ['a flow alone: too much for one word', [], { flow: 'orders' }],
  ])('is not %s', (_name, given, selection) => {
    expect(() => chosen(records, given, selection)).toThrow('parked.selection');
  });

  it('is nothing at all when one of it is not parked', () => {
    expect(() => chosen(records, ['a', "no'ne"], {})).toThrow(`Not parked: 'no'\\''ne'`);
    expect(() => chosen(records, [], { cause: 'other' })).toThrow('parked.unknown');
  });
});
