import { expect, it } from '@jest/globals';
import { withCanceledOfParts } from './canceled.ts';

/** Item, parent, ordered, canceled: as a real shop said after it had canceled the rest of orders. */
const itemsOf = (...rows: [number, number | null, string, string][]) =>
  rows.map(([item_id, parent_item_id, qty_ordered, qty_canceled]) => ({
    item_id,
    parent_item_id,
    qty_ordered,
    qty_canceled,
  }));
const canceledOf = (...rows: Parameters<typeof itemsOf>) =>
  withCanceledOfParts(itemsOf(...rows)).map(({ qty_canceled }) => Number(qty_canceled));

it('what is canceled of a bundle with the prices of its parts is told by these', () => {
  expect(canceledOf([581, null, '2', '0'], [582, 581, '2', '2'], [583, 581, '2', '2'])).toEqual([2, 2, 2]);
  // Of one that was sent and invoiced in part, whose parts are several in each.
  expect(canceledOf([571, null, '2', '0'], [572, 571, '2', '1'], [573, 571, '6', '3'])).toEqual([1, 1, 3]);
});

it('of one with a price of its own, of a variant and of anything else it is told by the line', () => {
  expect(canceledOf([587, null, '2', '2'], [588, 587, '2', '0'])).toEqual([2, 0]);
  expect(canceledOf([569, null, '3', '2'], [570, 569, '3', '0'])).toEqual([2, 0]);
  expect(canceledOf([568, null, '5', '2'], [576, null, '1', '0'])).toEqual([2, 0]);
  expect(
    withCanceledOfParts([{ item_id: 1, parent_item_id: null, qty_ordered: '1', qty_canceled: null }]),
  ).toEqual([{ item_id: 1, parent_item_id: null, qty_ordered: '1', qty_canceled: null }]);
});
