import { expect, it } from '@jest/globals';
import type { Outcome } from '../../../../schemas/types.ts';
import { planParts } from './plan.ts';

const judged = (key: string, said: Partial<Outcome>, finishedAt = 1) =>
  ({
    group: 'cartage.main.catalog-applier.dry',
    topic: 'erp.products',
    status: 'dry',
    documentId: null,
    code: null,
    cause: null,
    ...said,
    key,
    finishedAt,
  }) as Outcome;
const price = (key: string, said: Partial<Outcome>) => judged(key, { topic: 'erp.prices', ...said });

it('tells apart what would be made, changed and taken away, with ten of each, the newest first', () => {
  const changes = Array.from({ length: 12 }, (_one, at) =>
    judged(`A${at}`, { cause: `would write name "Cup" to "Mug ${at}"` }, at),
  );
  const parts = planParts(
    [
      ...changes,
      judged('NEW', { cause: 'would create NEW, disabled until it has a price' }),
      judged('OLD', { cause: 'would disable OLD' }),
      judged('SAME', { status: 'unchanged' }),
      judged('BAD', { status: 'rejected', code: 'product.emoji', cause: 'Product BAD has emoji' }),
      // The first comes with its product, the second has none.
      price('NEW', { status: 'held', code: 'price.sku_unknown', cause: 'no product NEW' }),
      price('LOST', { status: 'held', code: 'price.sku_unknown', cause: 'no product LOST' }),
      price('A1', { cause: 'would set of A1: base price 9' }),
      judged('W1/A', { group: 'cartage.main.inventory-applier.dry', topic: 'erp.stock' }),
      judged('THERE', { group: 'cartage.other.catalog-applier.dry' }),
    ],
    'main',
  );
  expect(parts.map(({ what, count }) => [what, count])).toEqual([
    ['create', 1],
    ['change', 12],
    ['disable', 1],
    ['price', 1],
    ['held', 1],
    ['rejected', 1],
    ['unchanged', 1],
  ]);
  const examples = Object.fromEntries(parts.map((part) => [part.what, part.examples]));
  expect(examples['change']).toHaveLength(10);
  expect(examples['change']![0]).toEqual({ key: 'A11', text: 'name "Cup" to "Mug 11"' });
  expect(examples['price']).toEqual([{ key: 'A1', text: 'base price 9' }]);
  expect(examples['held']).toEqual([{ key: 'LOST', text: 'price.sku_unknown: no product LOST' }]);
});
