/** Against a plain set, which says in the fewest words what it is to answer. */
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldSku } from '../magento/sku.ts';
import { SkuSpellings } from './sku-spellings.ts';

const alikeIn = (model: Set<string>, sku: string) =>
  [...model].filter((known) => foldSku(known) === foldSku(sku)).toSorted();

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
        const alike = alikeIn(model, one.sku);
        // Perhaps with one that is no more.
        const known = new Set(spellings.of(one.sku));
        expect(alike.filter((spelling) => !known.has(spelling))).toEqual([]);
        expect(spellings.isOnly(one.sku) && alike.some((spelling) => spelling !== one.sku)).toBe(false);
      }
    }),
  );
});

it('knows as much of many, in small letters, in capitals and otherwise', () => {
  const spellings = new SkuSpellings();
  const skus = Array.from({ length: 6_000 }, (_, number) => `${['sku', 'SKU', 'Sku'][number % 3]}-${number}`);
  for (const sku of skus) spellings.add(sku);
  expect(skus.every((sku) => spellings.isOnly(sku))).toBe(true);
  expect(skus.every((sku) => spellings.of(sku).join() === sku)).toBe(true);
  for (const sku of skus) spellings.add(`s${sku.slice(1)}`);
  const several = skus.filter((sku) => spellings.of(sku.toUpperCase()).length === 2);
  expect(several).toEqual(skus.filter((sku) => !sku.startsWith('s')));
  expect(several.some((sku) => spellings.isOnly(sku))).toBe(false);
});

it('leaves no spelling out where the bits of two names are alike', () => {
  // Found by trying: 30 bits of their hashes are the same.
  const [one, other] = alikeNames;
  const spellings = new SkuSpellings();
  spellings.add(one.toUpperCase());
  expect(spellings.of(other)).toEqual([other.toUpperCase()]);
  spellings.add(other);
  expect(spellings.of(other)).toEqual([other.toUpperCase(), other]);
  expect([spellings.isOnly(one.toUpperCase()), spellings.isOnly(other)]).toEqual([true, false]);
  spellings.remove(other);
  spellings.add(one);
  expect(spellings.of(one)).toEqual([one.toUpperCase(), one]);
});

const alikeNames = ['sku-19566', 'sku-27111'] as const;
