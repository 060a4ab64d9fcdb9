/** Real: the bodies of an ERP that tells of its changes. How they are signed is tried with Standard Webhooks. */
import { describe, expect, it } from '@jest/globals';
import { parseBody } from '../webhook-body.ts';
import { erpPush } from './erp-push.ts';

const scheme = erpPush({ secrets: () => [], toleranceMs: 1, now: () => 0 });
const said = (json: unknown) => parseBody(Buffer.from(JSON.stringify(json)), scheme.namedIn);

describe('an ERP names', () => {
  it.each([
    ['erp.stock', { source: 'A/1', sku: 'MUG' }, 'A%2F1/MUG'],
    ['erp.products.updated', { sku: 1001 }, '1001'],
    ['erp.prices_changed', { sku: 'A/B', amount: 7 }, 'A/B'],
    ['erp.fulfilments', { instance: 'main', store: 'de', increment_id: '000000042' }, 'main/de/000000042'],
  ])('a record by the parts of its key: %s', (type, data, key) => {
    expect(said({ type, data })).toEqual([
      { topic: type.slice(0, /^erp[.][a-z]+/.exec(type)![0].length), key },
    ]);
  });

  it('several at once', () => {
    expect(said({ type: 'erp.prices', data: [{ sku: 'A' }, { sku: 'B' }] })).toEqual([
      { topic: 'erp.prices', key: 'A' },
      { topic: 'erp.prices', key: 'B' },
    ]);
  });

  it.each([
    ['another topic', { type: 'erp.stocks', data: { sku: 'A', source: 'B' } }, 'type: must begin with'],
    ['a topic of the shop', { type: 'magento.orders', data: { sku: 'A' } }, 'type: must begin with'],
    ['nothing', { type: 'erp.stock' }, 'data.source: must be there'],
    ['no record', { type: 'erp.stock', data: [] }, 'data: must name a record'],
    ['half a key', { type: 'erp.stock', data: { sku: 'SECRET' } }, 'data.source: must be there'],
    [
      'half a key among others',
      { type: 'erp.prices', data: [{ sku: 'A' }, { sku: '' }] },
      'data.sku: must be',
    ],
  ])('what is not understood, without its values: %s', (_what, json, words) => {
    expect(said(json)).toMatch(new RegExp(`^${words}`));
    expect(said(json)).not.toContain('SECRET');
  });
});
