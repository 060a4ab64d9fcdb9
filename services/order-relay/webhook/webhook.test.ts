/**
 * Real: the HTTP server, signatures, ids. Doubles: publishing, and the shop's list of stores.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../platform/errors.ts';
import type { Refresh } from '../../../schemas/types.ts';
import { askedById } from '../orders/order-request.ts';
import { adobeIo } from './schemes/adobe-io.ts';
import { sign } from './schemes/standard-webhooks.ts';
import { Edge, body, nextSecret, nowMs, secret } from './testing/edge.ts';
import type { Overrides } from './testing/edge.ts';
import { webhookReceiver } from './webhook.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

let edge: Edge;
beforeEach(async () => {
  edge = new Edge();
  await edge.open();
});
afterEach(() => edge.close());

describe('a webhook', () => {
  it('becomes one request under the key of the order', async () => {
    const reply = await edge.deliver();
    expect(reply).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect(edge.published).toEqual([
      {
        topic: 'magento.orders',
        key: 'us/default/000000006',
        reason: 'webhook',
        requestedBy: 'order-relay',
        requestedAt: nowMs,
        seen: '2026-11-23 07:59:58',
        entityId: null,
        always: false,
        notBefore: null,
      },
    ]);
  });

  it.each([
    ['a store that must be asked for', { increment_id: '9', store_id: 2 }, 'us/german/9'],
    ['an id alone', { entity_id: 12 }, 'us/12'],
    ['a store the shop does not know', { entity_id: 12, increment_id: '9', store_id: 99 }, 'us/12'],
    ['a store by its code', { increment_id: '9', store_code: 'b2b/en' }, 'us/b2b%2Fen/9'],
    ['ids as text', { entity_id: '12' }, 'us/12'],
  ])('names the order by %s', async (_name, data, key) => {
    expect((await edge.deliver({ body: JSON.stringify({ type: 'order.created', data }) })).status).toBe(202);
    expect(edge.published.map((request) => request.key)).toEqual([key]);
  });

  it('goes by id when the shop cannot be asked for the store, and is refused for now without an id', async () => {
    edge.shopIsDown = true;
    const order = { increment_id: '9', store_id: 2 };
    const withId = JSON.stringify({ type: 'order.changed', data: { ...order, entity_id: 5 } });
    expect((await edge.deliver({ body: withId })).status).toBe(202);
    expect(edge.published[0]?.key).toBe('us/5');
    const withoutId = JSON.stringify({ type: 'order.changed', data: order });
    expect((await edge.deliver({ id: 'msg_2', body: withoutId })).status).toBe(503);
  });
});

describe('a webhook of a customer', () => {
  const tell = (type: string, data: object, id?: string) =>
    edge.deliver({ body: JSON.stringify({ type, data }), ...(id === undefined ? {} : { id }) });

  it.each([
    ['its own key, of a website that is known', { customer_id: 12, website_id: 1 }, 'us/base/12'],
    ['its own key, as it was first known', { id: 12, website_id: 1, website_code: 'new' }, 'us/base/12'],
    ['its own key, of a website by its code', { id: '12', website_code: 'b2b' }, 'us/b2b/12'],
    ['its id, of a website that is not known', { entity_id: 12, website_id: 7 }, 'us/12'],
    ['the id of the customer when an address tells of it', { id: 3, customer_id: 12 }, 'us/12'],
  ])('asks for %s', async (_name, data, key) => {
    expect((await tell('customer.updated', data)).status).toBe(202);
    expect(edge.published).toMatchObject([{ topic: 'magento.customers', key, seen: null, always: false }]);
  });

  it('asks each time: which state it tells of is not to be believed, an edited address moves no time', async () => {
    const data = { customer_id: 12, website_id: 1, updated_at: '2026-11-23 07:59:58' };
    await tell('customer.updated', data, 'msg_1');
    await tell('customer_address.saved', data, 'msg_2');
    expect(edge.published.map(({ seen }) => seen)).toEqual([null, null]);
  });

  it('is taken and asks for nothing while the flow of customers is off', async () => {
    await edge.close();
    await edge.open({}, false);
    expect(await tell('customer.updated', { customer_id: 12 })).toMatchObject({
      status: 202,
      body: { status: 'flow_off' },
    });
    expect(edge.published).toEqual([]);
  });
});

describe('a webhook is not believed', () => {
  it.each<[string, Overrides, string]>([
    [
      'with a wrong signature',
      { signature: sign(secret, 'msg_1', String(nowMs / 1000), 'other') },
      'signature_wrong',
    ],
    ['with a signature of another version', { signature: 'v2,AAAA v1,' }, 'signature_malformed'],
    [
      'with another secret',
      { signature: sign('whsec_AAAA', 'msg_1', String(nowMs / 1000), body) },
      'signature_wrong',
    ],
    ['from before the tolerance', { timestamp: String(nowMs / 1000 - 301) }, 'timestamp_stale'],
    ['from the future', { timestamp: String(nowMs / 1000 + 301) }, 'timestamp_stale'],
    ['without a time', { timestamp: 'soon' }, 'signature_malformed'],
    ['with an id that is no id', { id: 'x'.repeat(257) }, 'signature_malformed'],
    ['without an id', { id: '' }, 'signature_missing'],
  ])('%s: 401', async (_name, overrides, reason) => {
    expect(await edge.deliver(overrides)).toMatchObject({ status: 401, body: { status: reason } });
    expect(edge.published).toEqual([]);
  });

  it('when its body was changed on the way', async () => {
    const signature = sign(secret, 'msg_1', String(nowMs / 1000), body);
    expect((await edge.deliver({ signature, body: body.replace('000000006', '000000007') })).status).toBe(
      401,
    );
    expect(edge.published).toEqual([]);
  });

  it('unless one of its signatures is by one of our secrets', async () => {
    const timestamp = String(nowMs / 1000);
    const signature = `v1a,AAAA v1,AAAA ${sign(nextSecret, 'msg_1', timestamp, body)}`;
    expect((await edge.deliver({ signature })).status).toBe(202);
    expect(edge.published).toHaveLength(1);
  });
});

describe('a body is not understood', () => {
  it.each<[string, string]>([
    ['no JSON', '{"type":'],
    ['another kind of event', JSON.stringify({ type: 'product.changed', data: { entity_id: 1 } })],
    ['no customer named', JSON.stringify({ type: 'customer.changed', data: { website_id: 1 } })],
    ['no order named', JSON.stringify({ type: 'order.changed', data: { store_id: 1 } })],
  ])('%s: 400', async (_name, content) => {
    expect((await edge.deliver({ body: content })).status).toBe(400);
    expect(edge.published).toEqual([]);
  });

  it('and what is wrong is said without the values', async () => {
    const wrong = JSON.stringify({ type: 'order.changed', data: { entity_id: 'jane@example.com' } });
    const reply = await edge.deliver({ body: wrong });
    expect(reply.body.detail).toContain('data.entity_id');
    expect(JSON.stringify(reply.body)).not.toContain('jane');
  });
});

describe('an id seen before', () => {
  it('is taken and produces nothing', async () => {
    await edge.deliver();
    expect(await edge.deliver()).toMatchObject({ status: 202, body: { status: 'repeated' } });
    expect(edge.published).toHaveLength(1);
  });

  it('a hundred times at once: one request', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    edge.publish = () => {
      asked += 1;
      return promise;
    };
    const replies = Array.from({ length: 100 }, () => edge.deliver());
    while (edge.taken < 100) await turn();
    resolve();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(Array<number>(100).fill(202));
    expect(asked).toBe(1);
    expect(edge.published).toHaveLength(1);
  });

  it('is not remembered when it could not be published, and is taken when it comes again', async () => {
    edge.publish = () =>
      Promise.reject(new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' }));
    const refused = await Promise.all([edge.deliver(), edge.deliver()]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    expect(refused[0]?.headers['retry-after']).toBe('5');
    edge.publish = () => Promise.resolve();
    expect((await edge.deliver()).status).toBe(202);
    expect(edge.published).toHaveLength(1);
  });
});

describe('a delivery that names several', () => {
  const scheme = adobeIo({ clientIds: () => [], keyAt: () => null, now: () => nowMs });
  const event = (type: string, value: object) => ({
    type: `com.adobe.commerce.observer.${type}`,
    data: { value },
  });
  const batch = [
    event('sales_order_save_commit_after', { entity_id: 7 }),
    event('sales_order_save_commit_after', { increment_id: '9', store_id: 99 }),
    event('customer_save_commit_after', { entity_id: 12 }),
  ];

  function taking(publish: (request: Refresh) => Promise<void>) {
    const receive = webhookReceiver({
      toleranceMs: 300_000,
      now: () => nowMs,
      bus: { publish: (_contract, { value }) => publish(value as Refresh) },
      orders: async ({ entity_id }) => (entity_id == null ? null : askedById('us', entity_id)),
      onFailure: () => undefined,
    });
    return () => receive(scheme, 'batch', Buffer.from(JSON.stringify(batch)));
  }

  it('asks for all that can be asked for, once', async () => {
    const keys: string[] = [];
    const take = taking(({ key }) => Promise.resolve(void keys.push(key)));
    expect(await take()).toMatchObject({ status: 202, reason: 'accepted' });
    expect(await take()).toMatchObject({ status: 202, reason: 'repeated' });
    expect(keys).toEqual(['us/7']);
  });

  it('is taken when the broker has all of it', async () => {
    let isDown = true;
    const keys: string[] = [];
    const take = taking(({ key }) =>
      isDown ? Promise.reject(new Error('down')) : Promise.resolve(void keys.push(key)),
    );
    expect(await take()).toMatchObject({ status: 503, done: false });
    isDown = false;
    expect(await take()).toMatchObject({ status: 202 });
    expect(keys).toEqual(['us/7']);
  });
});
