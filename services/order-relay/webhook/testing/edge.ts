/** The webhook's server, on a clock that stands still, in front of a bus and a list of stores that tests own. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Refresh } from '../../../../schemas/types.ts';
import { Unavailable } from '../../../platform/errors.ts';
import { openMetrics } from '../../../platform/telemetry/metrics.ts';
import { ownWebhooks } from '../schemes/own.ts';
import { sign } from '../schemes/standard-webhooks.ts';
import { askedOfCustomer } from '../../customers/customer-webhook.ts';
import { askedOfOrder } from '../../orders/order-webhook.ts';
import { webhookReceiver } from '../webhook.ts';
import { WebhookServer } from '../webhook-server.ts';
import type { WebhookServerOptions } from '../webhook-server.ts';

export const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
export const nextSecret = `whsec_${Buffer.from('another secret, for the rotation').toString('base64')}`;
export const nowMs = Date.UTC(2026, 10, 23, 8, 0, 0);
const secrets = [secret, nextSecret];
const believed = { toleranceMs: 300_000, now: () => nowMs };
export const ownScheme = ownWebhooks({ ...believed, secrets: () => secrets });

export const body = JSON.stringify({
  type: 'order.changed',
  data: { entity_id: 7, increment_id: '000000006', store_id: 1, updated_at: '2026-11-23 07:59:58' },
});

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: { status?: string; detail?: string };
}

export interface Overrides {
  id?: string;
  timestamp?: string;
  signature?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  method?: string;
  path?: string;
  localAddress?: string;
}

/** Of a delivery that is signed with our secret, unless told otherwise. */
export function headersOf(overrides: Overrides = {}): Record<string, string> {
  const { id = 'msg_1', timestamp = String(nowMs / 1000), body: content = body } = overrides;
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': overrides.signature ?? sign(secret, id, timestamp, content),
    'content-length': String(Buffer.byteLength(content)),
    ...overrides.headers,
  };
}

/** A request as bytes, for what no client would send. */
export function bytesOf(headers: Record<string, string>, content = '', method = 'POST'): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} /webhooks/orders HTTP/1.1\r\nhost: x\r\n${lines.join('')}\r\n${content}`;
}

export class Edge {
  readonly published: Refresh[] = [];
  readonly errors: unknown[] = [];
  publish: (request: Refresh) => Promise<void> = () => Promise.resolve();
  shopIsDown = false;
  /** Deliveries that were believed, whatever is answered. */
  taken = 0;
  readonly #webhooks = openMetrics('order-relay', 'us').webhooks;
  #server: WebhookServer | undefined;
  #url = '';

  async open(overrides: Partial<WebhookServerOptions> = {}, takesCustomers = true): Promise<void> {
    const stores = {
      knownCode: (id: number) => (id === 1 ? 'default' : undefined),
      codeOf: (id: number) =>
        this.shopIsDown
          ? Promise.reject(new Unavailable({ code: 'magento.unreachable', what: 'no answer', fix: 'wait' }))
          : Promise.resolve(id === 2 ? 'german' : null),
    };
    const receive = webhookReceiver({
      ...believed,
      bus: {
        publish: async (_contract, { value }) => {
          await this.publish(value as Refresh);
          this.published.push(value as Refresh);
        },
      },
      orders: (named) => askedOfOrder(named, { instance: 'us', stores }),
      ...(takesCustomers
        ? {
            customers: (named) =>
              askedOfCustomer(named, {
                instance: 'us',
                websites: { knownCode: (id) => (id === 1 ? 'base' : undefined) },
              }),
          }
        : {}),
      onFailure: () => undefined,
    });
    this.#server = new WebhookServer({
      host: '127.0.0.1',
      port: 0,
      maxBodyBytes: 16 * 1024,
      maxBufferedBytes: 8 * 1024 * 1024,
      maxConnections: 1_000,
      maxPerSecond: 1_000,
      trustedProxies: [],
      shutdownDelayMs: 0,
      schemes: [ownScheme],
      take: (...delivery) => {
        this.taken += 1;
        return receive(...delivery);
      },
      webhooks: this.#webhooks,
      onError: (error) => this.errors.push(error),
      monotonicMs: () => 0,
      ...overrides,
    });
    this.#url = await this.#server.listen();
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Number of answers, by `code reason`; all that is shown, and what was given. */
  async shown(): Promise<Record<string, number>> {
    const { values } = await this.#webhooks.get();
    return Object.fromEntries(values.map(({ labels, value }) => [`${labels.code} ${labels.reason}`, value]));
  }

  async answers(): Promise<Record<string, number>> {
    return Object.fromEntries(Object.entries(await this.shown()).filter(([, count]) => count > 0));
  }

  connect(localAddress = '127.0.0.1'): Socket {
    return connect({ port: Number(new URL(this.#url).port), host: '127.0.0.1', localAddress });
  }

  /** Sends bytes and resolves, when the server has ended the connection, with all that it answered. */
  exchange(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = this.connect();
      let answered = '';
      socket.on('data', (data) => (answered += data.toString('latin1')));
      socket.on('end', () => resolve(answered));
      socket.on('error', reject);
      socket.write(bytes);
    });
  }

  deliver(overrides: Overrides = {}): Promise<Reply> {
    const { method = 'POST', path = '/webhooks/orders', localAddress, body: content = body } = overrides;
    return new Promise((resolve, reject) => {
      const options = { method, headers: headersOf(overrides), agent: false, localAddress };
      let answered = false;
      const outgoing = request(`${this.#url}${path}`, options, (incoming) => {
        answered = true;
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Reply['body'],
          }),
        );
      });
      // What is still being sent when the server hangs up fails; the answer has been read by then.
      outgoing.on('error', (error) => (answered ? undefined : reject(error)));
      outgoing.end(content);
    });
  }
}
