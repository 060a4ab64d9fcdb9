/** Against a plain map, which says in the fewest words what it is to answer. */
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldSku } from '../magento/sku.ts';
import { SkuSpellings } from './sku-spellings.ts';

it('knows which spellings a SKU has, however they come and go', () => {
  const sku = fc.constantFrom('abc', 'ABC', 'Abc', 'äBC', 'x-1', 'X-1', 'Ünï', '7');
  const act = fc.record({ sku, isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const spellings = new SkuSpellings();
      const model = new Set<string>();
      for (const one of acts) {
        if (one.isAdded) {
          spellings.add(one.sku);
          model.add(one.sku);
        } else {
          spellings.remove(one.sku);
          model.delete(one.sku);
        }
        const alike = [...model].filter((known) => foldSku(known) === foldSku(one.sku));
        expect([...spellings.of(one.sku)].toSorted()).toEqual(alike.toSorted());
      }
    }),
  );
});
