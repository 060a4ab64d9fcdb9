import { createHmac } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startShop } from './index.ts';
import type { RunningShop } from './index.ts';
import { baseString, rfc3986, signature } from './oauth/base-string.ts';
import type { Json, JsonObject } from './rest/json.ts';

/** The shop as a whole over HTTP: what the recordings do not show (faults, webhook, journal). */
let shop: RunningShop | null = null;
let nonce = 0;
afterEach(async () => {
  await shop?.close();
  shop = null;
});

interface Answer {
  status: number;
  body: Json;
  text: string;
}

function call(method: string, path: string, body?: Json): Promise<Answer> {
  if (shop === null) throw new Error('start the shop first');
  const { url, credentials } = shop;
  nonce += 1;
  const oauth = new Map([
    ['oauth_consumer_key', credentials.consumerKey],
    ['oauth_nonce', `n${nonce}`],
    ['oauth_signature_method', 'HMAC-SHA256'],
    ['oauth_timestamp', '1795421177'],
    ['oauth_token', credentials.accessToken],
  ]);
  const [plain = '', query = ''] = path.split('?');
  const base = baseString(
    { method, scheme: 'http', host: new URL(url).host, path: plain, query, form: '' },
    oauth,
  );
  oauth.set('oauth_signature', signature(base, credentials.consumerSecret, credentials.accessTokenSecret));
  const authorization = `OAuth ${[...oauth].map(([name, value]) => `${name}="${rfc3986(value)}"`).join(', ')}`;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url + path, { method, headers: { authorization } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const body2 = /json/.test(response.headers['content-type'] ?? '') ? (JSON.parse(text) as Json) : text;
        resolve({ status: response.statusCode ?? 0, body: body2, text });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const stockRow = (sku: string, source_code: string, quantity: number): JsonObject => ({
  sku,
  source_code,
  quantity,
  status: 1,
});

describe('switches to misbehave', () => {
  it('cut_after does the work and loses the answer, cut_before does nothing', async () => {
    shop = await startShop();
    const write = (quantity: number): Promise<Answer> =>
      call('POST', '/rest/V1/inventory/source-items', {
        sourceItems: [stockRow('SKU-001', 'default', quantity)],
      });
    shop.setFaults([{ kind: 'cut_after', match: { method: 'POST', path: 'source-items' }, times: 1 }]);
    await expect(write(7)).rejects.toThrow(/hang up|ECONNRESET/);
    expect((await call('GET', '/rest/V1/inventory/get-product-salable-quantity/SKU-001/1')).body).toBe(7);
    shop.setFaults([{ kind: 'cut_before', times: 1 }]);
    await expect(write(8)).rejects.toThrow(/hang up|ECONNRESET/);
    expect((await call('GET', '/rest/V1/inventory/get-product-salable-quantity/SKU-001/1')).body).toBe(7);
    expect((await write(9)).status).toBe(200);
  });

  it('answers with a maintenance page, a status, and a Retry-After', async () => {
    shop = await startShop();
    shop.setFaults([
      { kind: 'maintenance', times: 1 },
      { kind: 'status', status: 502, times: 1 },
      { kind: 'retry_after', delayMs: 2500, times: 1 },
    ]);
    const maintenance = await call('GET', '/rest/V1/orders?searchCriteria=');
    expect(maintenance.status).toBe(503);
    expect(maintenance.text).toContain('<!doctype html>');
    expect((await call('GET', '/rest/V1/orders?searchCriteria=')).status).toBe(502);
    expect((await call('GET', '/rest/V1/orders?searchCriteria=')).status).toBe(429);
    expect((await call('GET', '/rest/V1/orders?searchCriteria=')).status).toBe(200);
  });
});

describe('the control face', () => {
  it('places orders through the checkout: reserved, not deducted, refused when sold out', async () => {
    shop = await startShop({ seed: 'empty' });
    await call('POST', '/rest/all/V1/products', {
      product: { sku: 'P', name: 'P', attribute_set_id: 4, price: 10, type_id: 'simple' },
    });
    await call('POST', '/rest/V1/inventory/source-items', { sourceItems: [stockRow('P', 'wh_east', 3)] });
    const placed = await call('POST', '/sandbox/orders', { lines: [{ sku: 'P', qty: 2 }] });
    expect(placed.body).toEqual({ entity_id: 1, increment_id: '000000001' });
    expect((await call('GET', '/rest/V1/inventory/get-product-salable-quantity/P/1')).body).toBe(1);
    const refused = await call('POST', '/sandbox/orders', { lines: [{ sku: 'P', qty: 2 }] });
    expect(refused).toMatchObject({ status: 400, body: { message: 'The requested qty is not available' } });
  });

  it('keeps a journal of every write, refused ones too', async () => {
    shop = await startShop();
    await call('POST', '/rest/V1/inventory/source-items', {
      sourceItems: [stockRow('SKU-001', 'default', 4), stockRow('SKU-002', 'default', 5)],
    });
    await call('POST', '/rest/V1/inventory/source-items', {
      sourceItems: [stockRow('SKU-001', 'nowhere', 4)],
    });
    await call('GET', '/rest/V1/store/websites');
    const entries = shop.journal.since();
    expect(entries.map(({ n, resource, key, status }) => [n, resource, key, status])).toEqual([
      [1, 'source_item', 'default/SKU-001', 200],
      [2, 'source_item', 'default/SKU-002', 200],
      [3, 'call', '/rest/V1/inventory/source-items', 400],
    ]);
    expect((await call('GET', '/sandbox/journal?since=2')).body).toMatchObject([{ n: 3 }]);
  });
});

describe('the webhook', () => {
  it('is signed by the Standard Webhooks convention and sent again when it was not taken', async () => {
    const received: { headers: IncomingHttpHeaders; body: string }[] = [];
    let arrived: () => void = () => {};
    const twice = new Promise<void>((resolve) => (arrived = resolve));
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, body });
        response.writeHead(received.length === 1 ? 500 : 202).end();
        if (received.length === 2) arrived();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const key = Buffer.from('a secret of the test');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    shop = await startShop({ webhook: { url, secret: `whsec_${key.toString('base64')}` } });
    await call('POST', '/sandbox/orders', { lines: [{ sku: 'SKU-001', qty: 1 }] });
    await twice;
    const [first, second] = received;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      type: 'order.changed',
      data: { entity_id: 1, increment_id: '000000001', store_id: 1 },
    });
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': given } = second?.headers ?? {};
    const expected = createHmac('sha256', key)
      .update(`${String(id)}.${String(at)}.${second?.body ?? ''}`)
      .digest('base64');
    expect(given).toBe(`v1,${expected}`);
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });
});
