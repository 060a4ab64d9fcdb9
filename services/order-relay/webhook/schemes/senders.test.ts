/**
 * Real: the HTTP server, every scheme, the reading of bodies. Doubles: publishing, the shop's list of stores, Adobe's keys.
 * Asserted: what each kind of sender is answered, and which order is asked for.
 */
import { createHmac, createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Edge, nowMs, ownScheme } from '../testing/edge.ts';
import type { Overrides } from '../testing/edge.ts';
import { adobeCommerce } from './adobe-commerce.ts';
import { adobeIo } from './adobe-io.ts';
import { mageOs } from './mage-os.ts';
import {
  adobeClientId,
  adobeCommerceBody,
  adobeCommerceSignature,
  adobeIoBody,
  adobeIoSignature1,
  firstKey,
  mageOsBody,
  mageOsSignatures,
  mageOsTokens,
  secondKey,
} from './testing/vectors.ts';

const keyPath = '/prod/keys/pub-key-Ptc2pD9vT9.pem';
const deliveries: Record<'mageOs' | 'adobeCommerce' | 'adobeIo', Overrides> = {
  mageOs: {
    path: '/webhooks/mage-os',
    body: mageOsBody,
    headers: { 'x-magento-signature': mageOsSignatures[0] },
  },
  adobeCommerce: {
    path: '/webhooks/adobe-commerce',
    body: adobeCommerceBody,
    headers: { 'x-adobe-commerce-webhook-signature': adobeCommerceSignature },
  },
  adobeIo: {
    path: '/webhooks/adobe-io',
    body: adobeIoBody,
    headers: {
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      'x-adobe-digital-signature-1': adobeIoSignature1,
      'x-adobe-public-key1-path': keyPath,
    },
  },
};

let edge: Edge;
let clientIds: readonly string[];
let isKeyKnown: boolean;

beforeEach(async () => {
  clientIds = [adobeClientId];
  isKeyKnown = true;
  edge = new Edge();
  await edge.open({
    schemes: [
      ownScheme,
      mageOs(() => mageOsTokens),
      adobeCommerce(() => [firstKey]),
      adobeIo({
        clientIds: () => clientIds,
        keyAt: () => (isKeyKnown ? createPublicKey(secondKey) : null),
        now: () => nowMs,
      }),
    ],
  });
});
afterEach(() => edge.close());

describe('each kind of sender', () => {
  it.each(Object.entries(deliveries))('%s: its order is asked for, once', async (_name, delivery) => {
    const statuses = [(await edge.deliver(delivery)).status, (await edge.deliver(delivery)).status];
    expect(statuses.every((status) => status < 300)).toBe(true);
    expect(edge.published).toMatchObject([{ key: 'us/default/000000042', seen: '2026-11-23 07:59:58' }]);
  });

  it.each(Object.entries(deliveries))('%s: 401 at the path of another', async (_name, { body, headers }) => {
    const elsewhere = Object.values(deliveries).filter((delivery) => delivery.body !== body);
    for (const { path } of elsewhere)
      expect(await edge.deliver({ path: path!, body: body!, headers: headers! })).toMatchObject({
        status: 401,
        body: { status: 'signature_missing' },
      });
    expect(edge.published).toEqual([]);
  });

  it('that says of no state is heard each time: its next change has the same body', async () => {
    const body = JSON.stringify({ data: { entity_id: 42 } });
    const signature = createHmac('sha256', mageOsTokens[0]).update(body).digest('hex');
    const delivery = { ...deliveries.mageOs, body, headers: { 'x-magento-signature': signature } };
    for (let n = 0; n < 2; n += 1) expect((await edge.deliver(delivery)).body.status).toBe('accepted');
    expect(edge.published.map(({ key }) => key)).toEqual(['us/42', 'us/42']);
  });
});

describe('Adobe Commerce', () => {
  it('reads that it may go on, also when its delivery was there before', async () => {
    const goOn = { status: 200, body: { op: 'success' } };
    expect(await edge.deliver(deliveries.adobeCommerce)).toMatchObject(goOn);
    expect(await edge.deliver(deliveries.adobeCommerce)).toMatchObject(goOn);
  });

  it('reads no such thing when its delivery was not taken', async () => {
    edge.publish = () => Promise.reject(new Error('no broker'));
    expect(await edge.deliver(deliveries.adobeCommerce)).toMatchObject({
      status: 503,
      body: { status: 'not_published' },
    });
  });
});

describe('Adobe I/O', () => {
  it('is given its word back before it delivers', async () => {
    const challenge = '8ec8d794-e0ab-42df-9017-e3dada8e84f7';
    const greet = (path: string) => edge.deliver({ method: 'GET', path, body: '' });
    expect(await greet(`/webhooks/adobe-io?challenge=${challenge}`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: { challenge },
    });
    expect((await greet('/webhooks/adobe-io?challenge=<script>')).status).toBe(405);
    expect((await greet(`/webhooks/orders?challenge=${challenge}`)).status).toBe(405);
    clientIds = [];
    expect((await greet(`/webhooks/adobe-io?challenge=${challenge}`)).status).toBe(404);
  });

  it('is asked to come again while its key is not known, and is heard then', async () => {
    isKeyKnown = false;
    expect(await edge.deliver(deliveries.adobeIo)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60' },
      body: { status: 'key_unknown' },
    });
    isKeyKnown = true;
    expect((await edge.deliver(deliveries.adobeIo)).status).toBe(202);
  });

  it('finds nobody while no client of it is named', async () => {
    clientIds = [];
    expect((await edge.deliver(deliveries.adobeIo)).status).toBe(404);
    clientIds = ['another'];
    expect(await edge.deliver(deliveries.adobeIo)).toMatchObject({
      status: 401,
      body: { status: 'recipient_wrong' },
    });
  });
});
