/**
 * Real: the HTTP server, signatures, ids, limits. Doubles: publishing, and the shop's list of stores.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Refresh } from '../../../schemas/types.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { sign } from './signature.ts';
import { webhookReceiver } from './webhook.ts';
import { startWebhookServer } from './webhook-server.ts';
import type { WebhookServer } from './webhook-server.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
const nextSecret = `whsec_${Buffer.from('another secret, for the rotation').toString('base64')}`;
const nowMs = Date.UTC(2026, 10, 23, 8, 0, 0);
const body = JSON.stringify({
  type: 'order.changed',
  data: { entity_id: 7, increment_id: '000000006', store_id: 1, updated_at: '2026-11-23 07:59:58' },
});

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: { status?: string; detail?: string };
}

interface Overrides {
  id?: string;
  timestamp?: string;
  signature?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  method?: string;
  path?: string;
}

let server: WebhookServer;
let published: Refresh[];
let publish: (request: Refresh) => Promise<void>;
let knownStores: Map<number, string>;
let shopIsDown = false;

async function start(limits: { maxPerSecond?: number; off?: boolean } = {}): Promise<void> {
  published = [];
  publish = () => Promise.resolve();
  knownStores = new Map([[1, 'default']]);
  shopIsDown = false;
  const bus: Pick<Bus, 'publish'> = {
    publish: async (_contract, { value }) => {
      await publish(value as Refresh);
      published.push(value as Refresh);
    },
  };
  const receive = webhookReceiver({
    secrets: () => secrets,
    toleranceMs: 300_000,
    now: () => nowMs,
    bus,
    stores: {
      knownCode: (id) => knownStores.get(id),
      codeOf: (id) =>
        shopIsDown
          ? Promise.reject(new Unavailable({ code: 'magento.unreachable', what: 'no answer', fix: 'wait' }))
          : Promise.resolve(id === 2 ? 'german' : null),
    },
    instance: 'us',
    onFailure: () => undefined,
  });
  server = await startWebhookServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 64 * 1024,
    maxPerSecond: limits.maxPerSecond ?? 1_000,
    receive: limits.off ? null : receive,
    webhooks: openMetrics('order-relay', 'us').webhooks,
    monotonicMs: () => 0,
  });
}

const secrets: readonly string[] = [secret, nextSecret];

afterEach(() => server.close());

function deliver(overrides: Overrides = {}): Promise<Reply> {
  const id = overrides.id ?? 'msg_1';
  const timestamp = overrides.timestamp ?? String(nowMs / 1000);
  const content = overrides.body ?? body;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': overrides.signature ?? sign(secret, id, timestamp, content),
    'content-length': String(Buffer.byteLength(content)),
    ...overrides.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${server.url}${overrides.path ?? '/webhooks/orders'}`,
      { method: overrides.method ?? 'POST', headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: JSON.parse(text) as Reply['body'],
          });
        });
      },
    );
    let answered = false;
    outgoing.on('response', () => (answered = true));
    // What is still being sent when the server hangs up fails; the answer has been read by then.
    outgoing.on('error', (error) => (answered ? undefined : reject(error)));
    outgoing.end(content);
  });
}

describe('a webhook', () => {
  it('becomes one request under the key of the order', async () => {
    await start();
    const reply = await deliver();
    expect(reply).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect(published).toEqual([
      {
        topic: 'magento.orders',
        key: 'us/default/000000006',
        reason: 'webhook',
        requestedBy: 'order-relay',
        requestedAt: nowMs,
        seen: '2026-11-23 07:59:58',
        entityId: null,
        always: false,
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
    await start();
    expect((await deliver({ body: JSON.stringify({ type: 'order.created', data }) })).status).toBe(202);
    expect(published.map((request) => request.key)).toEqual([key]);
  });

  it('goes by id when the shop cannot be asked for the store, and is refused for now without an id', async () => {
    await start();
    shopIsDown = true;
    const order = { increment_id: '9', store_id: 2 };
    const withId = JSON.stringify({ type: 'order.changed', data: { ...order, entity_id: 5 } });
    expect((await deliver({ body: withId })).status).toBe(202);
    expect(published[0]?.key).toBe('us/5');
    const withoutId = JSON.stringify({ type: 'order.changed', data: order });
    expect((await deliver({ id: 'msg_2', body: withoutId })).status).toBe(503);
  });
});

describe('a webhook is not believed', () => {
  it.each<[string, Overrides, string]>([
    [
      'with a wrong signature',
      { signature: sign(secret, 'msg_1', String(nowMs / 1000), 'other') },
      'signature_wrong',
    ],
    ['with a signature of another version', { signature: 'v2,AAAA v1,' }, 'signature_wrong'],
    [
      'with another secret',
      { signature: sign('whsec_AAAA', 'msg_1', String(nowMs / 1000), body) },
      'signature_wrong',
    ],
    ['from before the tolerance', { timestamp: String(nowMs / 1000 - 301) }, 'timestamp_stale'],
    ['from the future', { timestamp: String(nowMs / 1000 + 301) }, 'timestamp_stale'],
    ['without a time', { timestamp: 'soon' }, 'timestamp_stale'],
    ['without an id', { id: '' }, 'signature_missing'],
  ])('%s: 401', async (_name, overrides, reason) => {
    await start();
    expect(await deliver(overrides)).toMatchObject({ status: 401, body: { status: reason } });
    expect(published).toEqual([]);
  });

  it('when its body was changed on the way', async () => {
    await start();
    const signature = sign(secret, 'msg_1', String(nowMs / 1000), body);
    expect((await deliver({ signature, body: body.replace('000000006', '000000007') })).status).toBe(401);
    expect(published).toEqual([]);
  });

  it('unless one of its signatures is by one of our secrets', async () => {
    await start();
    const timestamp = String(nowMs / 1000);
    const signature = `v1a,AAAA v1,AAAA ${sign(nextSecret, 'msg_1', timestamp, body)}`;
    expect((await deliver({ signature })).status).toBe(202);
    expect(published).toHaveLength(1);
  });
});

describe('limits', () => {
  it('2 MB: 413, nothing kept', async () => {
    await start();
    expect((await deliver({ body: Buffer.alloc(2 * 1024 * 1024, 32) })).status).toBe(413);
    expect(published).toEqual([]);
  });

  it('2 MB in chunks, which say no length: 413', async () => {
    await start();
    const reply = await new Promise<number>((resolve, reject) => {
      const outgoing = request(`${server.url}/webhooks/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        agent: false,
      });
      outgoing.on('response', (incoming) => resolve(incoming.statusCode ?? 0));
      outgoing.on('error', reject);
      for (let sent = 0; sent < 32; sent += 1) outgoing.write(Buffer.alloc(64 * 1024, 32));
    });
    expect(reply).toBe(413);
    expect(published).toEqual([]);
  });

  it.each<[number, string, Overrides]>([
    [415, 'another content type', { headers: { 'content-type': 'text/plain' } }],
    [415, 'a compressed body', { headers: { 'content-encoding': 'gzip' } }],
    [404, 'another path', { path: '/webhooks/products' }],
    [405, 'another method', { method: 'PUT' }],
    [400, 'no JSON', { body: '{"type":' }],
    [
      400,
      'another kind of event',
      { body: JSON.stringify({ type: 'customer.changed', data: { entity_id: 1 } }) },
    ],
    [400, 'no order named', { body: JSON.stringify({ type: 'order.changed', data: { store_id: 1 } }) }],
  ])('%d for %s', async (status, _name, overrides) => {
    await start();
    expect((await deliver(overrides)).status).toBe(status);
    expect(published).toEqual([]);
  });

  it('400 says what is wrong, without the values', async () => {
    await start();
    const wrong = JSON.stringify({ type: 'order.changed', data: { entity_id: 'jane@example.com' } });
    const reply = await deliver({ body: wrong });
    expect(reply.body.detail).toContain('data.entity_id');
    expect(JSON.stringify(reply.body)).not.toContain('jane');
  });

  it('411 without any length', async () => {
    await start();
    const port = Number(new URL(server.url).port);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('POST /webhooks/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\r\n'),
      );
      socket.on('data', (data) => {
        resolve(data.toString('latin1'));
        socket.destroy();
      });
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 411 /);
  });

  it('429 with Retry-After over the rate', async () => {
    await start({ maxPerSecond: 3 });
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, index) => deliver({ id: `msg_${index}` })),
    );
    expect(replies.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
      202, 202, 202, 429, 429,
    ]);
    expect(replies.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
    expect(published).toHaveLength(3);
  });

  it('503 while the flow is off', async () => {
    await start({ off: true });
    expect(await deliver()).toMatchObject({ status: 503, body: { status: 'switched_off' } });
  });
});

describe('an id seen before', () => {
  it('is taken and produces nothing', async () => {
    await start();
    await deliver();
    expect(await deliver()).toMatchObject({ status: 202, body: { status: 'repeated' } });
    expect(published).toHaveLength(1);
  });

  it('a hundred times at once: one request', async () => {
    await start();
    const { promise, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    publish = () => {
      asked += 1;
      return promise;
    };
    const replies = Array.from({ length: 100 }, () => deliver());
    setTimeout(resolve, 100);
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(Array<number>(100).fill(202));
    expect(asked).toBe(1);
    expect(published).toHaveLength(1);
  });

  it('is not remembered when it could not be published, and is taken when it comes again', async () => {
    await start();
    publish = () =>
      Promise.reject(new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' }));
    const refused = await Promise.all([deliver(), deliver()]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503]);
    expect(refused[0]?.headers['retry-after']).toBe('5');
    publish = () => Promise.resolve();
    expect((await deliver()).status).toBe(202);
    expect(published).toHaveLength(1);
  });
});
