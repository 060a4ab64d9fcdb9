import { describe, expect, it } from '@jest/globals';
import { array, assert, property, string } from 'fast-check';
import { customerKey, documentKey, joinKey, orderKey, splitKey, stockKey } from './keys.ts';

describe('keys', () => {
  it('split into what they were joined from, whatever stands in the parts', () => {
    assert(
      property(array(string(), { minLength: 1, maxLength: 4 }), (parts) => {
        expect(splitKey(joinKey(parts), parts.length)).toEqual(parts);
      }),
      { seed: 7 },
    );
  });

  it('leave the last part as it is: a SKU may hold a slash', () => {
    expect(stockKey({ source: 'WH/1', sku: 'A/B%2F' })).toBe('WH%2F1/A/B%2F');
    expect(splitKey('WH%2F1/A/B%2F', 2)).toEqual(['WH/1', 'A/B%2F']);
  });

  it('tell an encoded slash in a part from a percent sign that stood there', () => {
    expect(splitKey(joinKey(['%2F', 'x']), 2)).toEqual(['%2F', 'x']);
    expect(joinKey(['a%', 'x'])).not.toBe(joinKey(['a%25', 'x']));
  });

  it('are null when parts are missing', () => {
    expect(splitKey('main/default', 3)).toBeNull();
  });

  it('name an order by instance, store and number', () => {
    expect(orderKey({ instance: 'main', store: 'default', incrementId: '000000012' })).toBe(
      'main/default/000000012',
    );
  });
});

it('name a customer by instance, website and id, never by e-mail', () => {
  expect(customerKey({ instance: 'main', website: 'b2b/eu', customerId: 7 })).toBe('main/b2b%2Feu/7');
});

describe('the key of a parked record', () => {
  const record = { group: 'cartage.main.x', topic: 'erp.stock', partition: 3, offset: 41 };

  it('is its place when it cannot be decoded', () => {
    expect(documentKey({ ...record, key: null, documentId: null })).toBe('cartage.main.x/erp.stock/3/41');
  });

  it('is its key, with the document where a key carries several', () => {
    expect(documentKey({ ...record, key: 'WH1/A', documentId: null })).toBe('cartage.main.x/erp.stock/WH1/A');
    expect(documentKey({ ...record, key: 'm/d/1', documentId: 'OUT/7' })).toBe(
      'cartage.main.x/erp.stock/m/d/1/OUT/7',
    );
  });
});
