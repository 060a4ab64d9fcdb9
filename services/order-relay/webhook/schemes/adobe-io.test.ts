import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseBody } from '../webhook-body.ts';
import { adobeIo } from './adobe-io.ts';
import type { AdobeIoOptions } from './adobe-io.ts';
import {
  adobeClientId,
  adobeIoBody,
  adobeIoSignature1,
  adobeIoSignature2,
  firstKey,
  secondKey,
  thirdKey,
} from './testing/vectors.ts';

const paths = ['/prod/keys/pub-key-Ptc2pD9vT9.pem', '/prod/keys/pub-key-IkpzhSpTw0.pem'] as const;
const headers = {
  'x-adobe-digital-signature-1': adobeIoSignature1,
  'x-adobe-public-key1-path': paths[0],
  'x-adobe-digital-signature-2': adobeIoSignature2,
  'x-adobe-public-key2-path': paths[1],
};
const bySecond = { 'x-adobe-digital-signature-2': adobeIoSignature2, 'x-adobe-public-key2-path': paths[1] };
const adobeHas = { [paths[0]]: secondKey, [paths[1]]: thirdKey };
const proven = { id: '8927ce83-2f10-4df9-9eb4-09c381bc4778' };

function schemeOf(keys: Record<string, string> = adobeHas, options: Partial<AdobeIoOptions> = {}) {
  return adobeIo({
    clientIds: () => ['another', adobeClientId],
    keyAt: (path) => (keys[path] === undefined ? null : createPublicKey(keys[path])),
    now: () => Date.parse('2026-11-23T08:00:00Z'),
    ...options,
  });
}

function judged(given: Record<string, string> = headers, scheme = schemeOf(), body = adobeIoBody) {
  const claim = scheme.claimIn(given);
  return typeof claim === 'string' ? claim : claim.proofIn(Buffer.from(body));
}

describe('an event of Adobe', () => {
  it('is believed by either signature, and named by the event’s own id', () => {
    expect(judged()).toEqual(proven);
    expect(judged(bySecond)).toEqual(proven);
    expect(judged({ ...headers, 'x-adobe-digital-signature-1': adobeIoSignature2 })).toEqual(proven);
    expect(judged(headers, schemeOf({ [paths[1]]: thirdKey }))).toEqual(proven);
  });

  it('that is no longer as it was signed is not', () => {
    expect(judged(headers, schemeOf(), adobeIoBody.replace('"42"', '"43"'))).toBe('signature_wrong');
    expect(judged(headers, schemeOf({ [paths[0]]: firstKey, [paths[1]]: firstKey }))).toBe('signature_wrong');
  });

  it('for another customer of Adobe is not: all of them have their events signed by these keys', () => {
    expect(judged(headers, schemeOf(adobeHas, { clientIds: () => ['another'] }))).toBe('recipient_wrong');
  });

  it('is taken again for a day, as long as Adobe tries', () => {
    const at = (time: string) => judged(headers, schemeOf(adobeHas, { now: () => Date.parse(time) }));
    expect(at('2026-11-24T08:30:00Z')).toEqual(proven);
    expect(at('2026-11-24T09:30:00Z')).toBe('timestamp_stale');
  });

  it('whose keys are not known yet is asked to come again', () => {
    expect(judged(headers, schemeOf({}))).toBe('key_unknown');
    expect(judged(headers, schemeOf({ [paths[0]]: firstKey }))).toBe('key_unknown');
  });

  it('names its keys in one form only, so that nothing else can be asked for', () => {
    for (const path of ['/prod/keys/../x.pem', 'https://evil.example/k.pem', '/prod/keys/pub-key-a.pem?x'])
      expect(judged({ ...headers, 'x-adobe-public-key1-path': path })).toBe('signature_malformed');
    expect(judged({ ...headers, 'x-adobe-digital-signature-2': '!' })).toBe('signature_malformed');
    expect(judged({ 'x-adobe-digital-signature-1': adobeIoSignature1 })).toBe('signature_missing');
  });
});

describe('the body of an event', () => {
  const event = JSON.parse(adobeIoBody) as object;
  it.each<[string, object, unknown]>([
    [
      'names its order',
      event,
      { entity_id: 42, increment_id: '000000042', store_id: 1, updated_at: '2026-11-23 07:59:58' },
    ],
    [
      'of an invoice names its order',
      { ...event, data: { value: { entity_id: '13', order_id: '8', increment_id: '000000013' } } },
      { entity_id: 8 },
    ],
    [
      'of a product names none',
      {
        type: 'com.adobe.commerce.observer.catalog_product_save_commit_after',
        data: { value: { entity_id: '3' } },
      },
      expect.stringMatching(/^type: /),
    ],
  ])('%s', (_name, body, named) => {
    expect(parseBody(Buffer.from(JSON.stringify(body)), schemeOf().namedIn)).toEqual(named);
  });
});

describe('a batch of events', () => {
  const event = JSON.parse(adobeIoBody) as Record<string, unknown>;
  const of = (incrementId: string, more: object = {}) => ({
    ...event,
    eventid: `event-${incrementId}`,
    data: { value: { entity_id: incrementId, increment_id: incrementId, store_id: '1' } },
    ...more,
  });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  function judgedBatch(events: unknown) {
    const text = JSON.stringify(events);
    const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
    const given = { 'x-adobe-digital-signature-1': signature, 'x-adobe-public-key1-path': paths[0] };
    return judged(given, schemeOf({ [paths[0]]: pem }), text);
  }

  it('is believed when all of them are for us, and named by them all', () => {
    const first = judgedBatch([of('1'), of('2')]);
    expect(first).toEqual({ id: expect.any(String) });
    expect(judgedBatch([of('1'), of('2')])).toEqual(first);
    expect(judgedBatch([of('1'), of('3')])).not.toEqual(first);
    expect(judgedBatch([of('1'), of('2', { recipientclientid: 'somebody' })])).toBe('recipient_wrong');
    expect(judgedBatch([of('1'), of('2', { time: '2026-11-20T08:00:00Z' })])).toBe('timestamp_stale');
    expect(judgedBatch([])).toBe('recipient_wrong');
  });

  it('of which one has no id has none: two of them must not be taken for one', () => {
    const { id: _own, eventid: _id, event_id: _older, ...nameless } = of('2') as Record<string, unknown>;
    expect(judgedBatch([of('1'), nameless])).toEqual({ id: null });
    expect(judgedBatch([nameless])).toEqual({ id: null });
    expect(judgedBatch([{ ...nameless, event_id: 'older' }])).toEqual({ id: 'older' });
  });

  it('names what it can, and is refused only when it names nothing', () => {
    const named = (events: unknown) => parseBody(Buffer.from(JSON.stringify(events)), schemeOf().namedIn);
    const product = of('3', { type: 'com.adobe.commerce.observer.catalog_product_save_commit_after' });
    expect(named([of('1'), product, of('2')])).toMatchObject([{ entity_id: 1 }, { entity_id: 2 }]);
    expect(named([product])).toMatch(/type: must be/);
  });
});
