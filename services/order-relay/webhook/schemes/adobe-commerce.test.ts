import { describe, expect, it } from '@jest/globals';
import { parseBody } from '../webhook-body.ts';
import { adobeCommerce } from './adobe-commerce.ts';
import {
  adobeCommerceBody,
  adobeCommerceSignature,
  firstKey,
  secondKey,
  signatureOverPlainBody,
} from './testing/vectors.ts';

function judged(signature: string, body = adobeCommerceBody, keys = [secondKey, firstKey]) {
  const claim = adobeCommerce(() => keys).claimIn({ 'x-adobe-commerce-webhook-signature': signature });
  return typeof claim === 'string' ? claim : claim.proofIn(Buffer.from(body));
}

describe('a delivery of Adobe Commerce', () => {
  it('is believed by either of two keys', () => {
    expect(judged(adobeCommerceSignature)).toEqual({ id: null });
    expect(judged(adobeCommerceSignature, adobeCommerceBody, [firstKey])).toEqual({ id: null });
  });

  it.each([
    ['signature_wrong', signatureOverPlainBody, adobeCommerceBody],
    ['signature_wrong', adobeCommerceSignature, adobeCommerceBody.replace('"42"', '"43"')],
    ['signature_malformed', `${adobeCommerceSignature}\u0000`, adobeCommerceBody],
    ['signature_malformed', 'A'.repeat(2_000), adobeCommerceBody],
    ['signature_missing', '', adobeCommerceBody],
  ])('is %s', (fault, signature, body) => expect(judged(signature, body)).toBe(fault));

  it('is not believed by another key', () => {
    expect(judged(adobeCommerceSignature, adobeCommerceBody, [secondKey])).toBe('signature_wrong');
  });

  const order = {
    entity_id: 42,
    increment_id: '000000042',
    store_id: 1,
    updated_at: '2026-11-23 07:59:58',
  };
  it.each<[string, unknown, unknown]>([
    ['the argument of a plugin’s method', JSON.parse(adobeCommerceBody), order],
    ['what an observer hears', { eventName: 'x', data: JSON.parse(adobeCommerceBody) as unknown }, order],
    [
      'an order that has no id yet',
      { order: { entity_id: null, increment_id: '000000042', store_id: 1 } },
      { entity_id: null, increment_id: '000000042', store_id: 1 },
    ],
    ['no order', { data: null }, expect.stringMatching(/^order: /)],
  ])('names the order in %s', (_name, body, named) => {
    expect(parseBody(Buffer.from(JSON.stringify(body)), adobeCommerce(() => []).namedIn)).toEqual(named);
  });
});
