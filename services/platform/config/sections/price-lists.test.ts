import { expect, it } from '@jest/globals';
import { priceListProblems } from './price-lists.ts';

const problems = (priceLists: object) =>
  priceListProblems({ basePriceList: 'RETAIL', priceLists: priceLists as never }).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

it('price lists that speak of different places are fine', () => {
  expect(
    problems({
      RETAIL: { kind: 'tier' },
      DEALER: { kind: 'tier', group: 'Wholesale' },
      B2B: { kind: 'base', website: 'b2b' },
      SALE: { kind: 'special' },
      COST: { kind: 'cost' },
    }),
  ).toEqual([]);
});

it('price lists that speak of one place are refused, and groups of what is no tier price', () => {
  expect(
    problems({
      OTHER: { kind: 'base' },
      DEALER: { kind: 'tier', group: 'Wholesale' },
      GROUPS: { kind: 'tier', group: '*' },
      SALE: { kind: 'special', group: 'General' },
    }),
  ).toEqual([
    'priceLists.OTHER: RETAIL says the same base prices: only one list may',
    'priceLists.GROUPS: DEALER says the same tier prices: only one list may',
    'priceLists.SALE.group: only tier prices are for a group',
  ]);
});
