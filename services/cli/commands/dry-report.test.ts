import { expect, it } from '@jest/globals';
import type { Outcome } from '../../../schemas/types.ts';
import { dryLines } from './dry-report.ts';

const judged = (key: string, said: Partial<Outcome>, finishedAt = 1) =>
  ({
    group: 'cartage.main.inventory-applier.dry',
    topic: 'erp.stock',
    documentId: null,
    code: null,
    cause: null,
    ...said,
    key,
    finishedAt,
  }) as Outcome;

it('counts by outcome and cause, the most frequent first, with ten examples, the newest first', () => {
  const sets = Array.from({ length: 12 }, (_, at) =>
    judged(`W1/A${at}`, { status: 'dry', cause: `would set A${at} at default to ${at}, in stock` }, at),
  );
  const held = judged('W1/B', { status: 'held', code: 'stock.product_missing', cause: 'no product B' });
  const elsewhere = judged('W1/C', { status: 'dry', group: 'cartage.other.inventory-applier.dry' });
  const lines = dryLines([held, ...sets, elsewhere], 'main');
  expect(lines.map(({ process, status, cause, count }) => [process, status, cause, count])).toEqual([
    ['inventory-applier', 'dry', 'would set', 12],
    ['inventory-applier', 'held', 'stock.product_missing', 1],
  ]);
  expect(lines[0]!.examples.map(({ key }) => key)).toEqual(
    Array.from({ length: 10 }, (_, at) => `W1/A${11 - at}`),
  );
});
