import { describe, expect, it } from '@jest/globals';
import { parseBody } from '../webhook-body.ts';
import { mageOs } from './mage-os.ts';
import { mageOsBody, mageOsSignatures, mageOsTokens } from './testing/vectors.ts';

const scheme = mageOs(() => mageOsTokens);

function judged(signature: string | undefined, body = mageOsBody, judge = scheme) {
  const claim = judge.claimIn(signature === undefined ? {} : { 'x-magento-signature': signature });
  return typeof claim === 'string' ? claim : claim.proofIn(Buffer.from(body));
}

describe('a delivery of Mage-OS', () => {
  it('is believed by either of two tokens, and names no id', () => {
    expect(mageOsSignatures.map((signature) => judged(signature))).toEqual([{ id: null }, { id: null }]);
    expect(judged(mageOsSignatures[0].toUpperCase())).toEqual({ id: null });
  });

  it.each([
    ['signature_wrong', mageOsSignatures[0], mageOsBody.replace('"store_id":1', '"store_id":2')],
    // The same JSON, written another way.
    ['signature_wrong', mageOsSignatures[0], JSON.stringify(JSON.parse(mageOsBody))],
    ['signature_wrong', '0'.repeat(64), mageOsBody],
    ['signature_malformed', mageOsSignatures[0].slice(1), mageOsBody],
    ['signature_malformed', mageOsSignatures.join(', '), mageOsBody],
    ['signature_missing', '', mageOsBody],
    ['signature_missing', undefined, mageOsBody],
  ])('is %s', (fault, signature, body) => expect(judged(signature, body)).toBe(fault));

  it('is not believed any longer when its token is gone', () => {
    let tokens: readonly string[] = mageOsTokens;
    const live = mageOs(() => tokens);
    expect(judged(mageOsSignatures[0], mageOsBody, live)).toEqual({ id: null });
    tokens = [mageOsTokens[1]];
    expect(judged(mageOsSignatures[0], mageOsBody, live)).toBe('signature_wrong');
    tokens = [];
    expect(live.isOpen()).toBe(false);
  });

  it.each<[string, string | object, unknown]>([
    [
      'the order as the REST API shows it',
      mageOsBody,
      { entity_id: 42, increment_id: '000000042', store_id: 1, updated_at: '2026-11-23 07:59:58' },
    ],
    [
      'the order of a shipment, whose number and time are its own',
      { data: { entity_id: 7, order_id: 42, increment_id: '000000007', updated_at: '2026-11-23 07:59:58' } },
      { entity_id: 42 },
    ],
    ['nothing of a product', { data: { sku: 'MUG', name: 'Mug' } }, expect.stringMatching(/^data: /)],
  ])('names %s', (_name, body, named) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(parseBody(Buffer.from(text), scheme.namedIn)).toEqual(named);
  });
});
