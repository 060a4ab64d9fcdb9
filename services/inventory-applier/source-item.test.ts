import { describe, expect, it } from '@jest/globals';
import type { Stock } from '../../schemas/types.ts';
import { stockSection } from '../platform/config/sections/stock.ts';
import { Held, Rejected } from '../platform/errors.ts';
import { sourceItemOf } from './source-item.ts';

const stockOf = (changes: Partial<Stock>): Stock => ({
  source: 'W1',
  sku: 'A',
  quantity: '5.0000',
  sellable: true,
  deleted: false,
  twin: null,
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

  it('is held without a source, and rejected where Magento would store another number', () => {
    expect(() => sourceItemOf(stockOf({ source: 'W9' }), configOf())).toThrow(Held);
    expect(() => sourceItemOf(stockOf({ source: 'W9' }), configOf())).toThrow(/stock\.source_unmapped/);
    const tooMuch = () => sourceItemOf(stockOf({ quantity: '100000000.0000' }), configOf());
    expect(tooMuch).toThrow(Rejected);
    expect(tooMuch).not.toThrow(Held);
  });
});
