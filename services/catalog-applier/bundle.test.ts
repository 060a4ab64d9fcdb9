import { describe, expect, it } from '@jest/globals';
import type { BundleOption, BundleOptionWrite } from '../magento/product-parts.ts';
import { bundleDifference } from './bundle.ts';

const link = (sku: string, own: object = {}) => ({
  id: `of ${sku}`,
  sku,
  qty: '1',
  position: null,
  is_default: false,
  price: null,
  price_type: null,
  can_change_quantity: false,
  ...own,
});
const option = (title: string, skus: string[], own: object = {}) => ({
  option_id: 7,
  title,
  type: 'select',
  required: true,
  position: null,
  product_links: skus.map((sku) => link(sku)),
  ...own,
});
const differenceOf = (wanted: object[], found: object[]) =>
  bundleDifference(
    { options: wanted as unknown as BundleOptionWrite[], hasOwnPrice: false },
    found as BundleOption[],
  );

describe('the options of a bundle', () => {
  it('stand as the shop lists them where it gives them no positions', () => {
    const three = ['A', 'B', 'C'].map((title) => option(title, ['X', 'Y', 'Z']));
    expect(differenceOf(three, three)).toBeUndefined();
    const inPlaces = (...places: number[]) =>
      places.map((position, index) => ({ ...three[index]!, position }));
    expect(differenceOf(three, inPlaces(0, 1, 2))).toBeUndefined();
    expect(differenceOf(three, inPlaces(3, 2, 1))).toHaveLength(3);
  });

  it('keep the ids of what is there, and say of what is new that it has none', () => {
    const found = [option('A', ['x'])];
    const [a, b] = differenceOf([option('A', ['X', 'Y']), option('B', ['X'])], found)!;
    expect([a!.option_id, b!.option_id]).toEqual([7, null]);
    expect([a, b].map((one) => one!.product_links.map(({ id }) => id))).toEqual([['of x', null], [null]]);
  });
});
