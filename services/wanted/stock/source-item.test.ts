import { describe, expect, it } from '@jest/globals';
import type { Stock } from '../../../schemas/types.ts';
import { stockSection } from '../../platform/config/sections/stock.ts';
import { Held, Rejected } from '../../platform/errors.ts';
import { sourceItemOf } from './source-item.ts';

const stockOf = (changes: Partial<Stock>): Stock => ({
  source: 'W1',
  sku: 'A',
  quantity: '5.0000',
  sellable: true,
  deleted: false,
  twin: null,
  backorders: null,
  buffer: null,
  occurredAt: null,
  version: { epoch: 1, number: 1 },
  sourceKey: '{}',
  ...changes,
});
const configOf = (safetyBuffer = 0) => stockSection.parse({ sources: { W1: 'main' }, safetyBuffer });

describe('the source item of an ERP stock', () => {
  it.each([
    ['as it is', {}, 0, '5.0000', 1],
    ['less the buffer', {}, 1.5, '3.5000', 1],
    ['the buffer and no more', { quantity: '2.0000' }, 2, '0.0000', 0],
    ['less than the buffer', { quantity: '1.0000' }, 2, '0.0000', 0],
    ['below zero', { quantity: '-3.0000' }, 0, '0.0000', 0],
    ['not for sale: there, but out of stock', { sellable: false }, 0, '5.0000', 0],
    ['gone from the ERP', { deleted: true }, 0, '0.0000', 0],
    ['as much as Magento can store', { quantity: '99999999.9999' }, 0, '99999999.9999', 1],
    ['more than that, but for the buffer', { quantity: '100000000.0000' }, 1, '99999999.0000', 1],
  ] as const)('%s', (_name, changes, buffer, quantity, status) => {
    expect(sourceItemOf(stockOf(changes), configOf(buffer))).toEqual({
      sku: 'A',
      sourceCode: 'main',
      quantity,
      status,
    });
  });

  it.each([
    ['zero stays in stock where it may be back-ordered', { quantity: '0.0000' }, {}, '0.0000', 1],
    ['and so does what is below zero', { quantity: '-3.0000' }, {}, '0.0000', 1],
    ['unless it is not for sale', { quantity: '0.0000', sellable: false }, {}, '0.0000', 0],
    ['or gone', { quantity: '0.0000', deleted: true }, {}, '0.0000', 0],
    [
      'the SKU comes before the warehouse',
      { quantity: '0.0000' },
      { skus: { A: { backorders: false } } },
      '0.0000',
      0,
    ],
    [
      'the row before all',
      { quantity: '0.0000', backorders: true },
      { skus: { A: { backorders: false } } },
      '0.0000',
      1,
    ],
    ['and likewise its buffer', { quantity: '9.0000' }, {}, '7.0000', 1],
    ['of the SKU', { quantity: '9.0000' }, { skus: { A: { safetyBuffer: 3 } } }, '6.0000', 1],
    [
      'of the row',
      { quantity: '9.0000', buffer: '4.0000' },
      { skus: { A: { safetyBuffer: 3 } } },
      '5.0000',
      1,
    ],
    ['zero as well', { quantity: '9.0000', buffer: '0.0000' }, {}, '9.0000', 1],
    ['of another warehouse only what holds for all', { source: 'W2', quantity: '9.0000' }, {}, '8.0000', 1],
    ['which has no back orders', { source: 'W2', quantity: '1.0000' }, {}, '0.0000', 0],
    ['by any name', { source: 'constructor', sku: 'toString', quantity: '9.0000' }, {}, '8.0000', 1],
  ] as const)('by its rule: %s', (_name, changes, more, quantity, status) => {
    const config = stockSection.parse({
      sources: { W1: 'main', W2: 'main2', constructor: 'main3' },
      safetyBuffer: 1,
      warehouses: { W1: { safetyBuffer: 2, backorders: true } },
      ...more,
    });
    expect(sourceItemOf(stockOf(changes), config)).toMatchObject({ quantity, status });
  });

  it.each([
    ['stays', 'W1', '8.0000', 1],
    ['is zero and out of stock', 'W2', '0.0000', 0],
    ['is lower by more', 'W3', '3.0000', 1],
  ] as const)('that is too old %s', (_name, source, quantity, status) => {
    const config = stockSection.parse({
      sources: { W1: 'main', W2: 'main2', W3: 'main3' },
      safetyBuffer: 1,
      backorders: true,
      warehouses: { W1: { whenOld: 'freeze' }, W3: { whenOld: { buffer: 5 } } },
      feed: { whenOld: 'zero' },
    });
    const stock = stockOf({ source, quantity: '9.0000' });
    expect(sourceItemOf(stock, config, true)).toMatchObject({ quantity, status });
    expect(sourceItemOf(stock, config, false)).toMatchObject({ quantity: '8.0000', status: 1 });
  });

  it('has rules for warehouses alone that have a source', () => {
    const parsed = stockSection.safeParse({ sources: { W1: 'main' }, warehouses: { W7: {} } });
    expect(parsed.error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['warehouses.W7', 'has rules and no source: add it under stock.sources, which names W1'],
    ]);
  });

  it('is held without a source, and rejected where Magento would store another number', () => {
    expect(() => sourceItemOf(stockOf({ source: 'W9' }), configOf())).toThrow(Held);
    expect(() => sourceItemOf(stockOf({ source: 'W9' }), configOf())).toThrow(/stock\.source_unmapped/);
    const tooMuch = () => sourceItemOf(stockOf({ quantity: '100000000.0000' }), configOf());
    expect(tooMuch).toThrow(Rejected);
    expect(tooMuch).not.toThrow(Held);
  });
});
