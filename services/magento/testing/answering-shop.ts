import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MagentoOptions } from '../magento.ts';
import { rights } from '../check/rights.ts';
import type { Credentials } from '../rest/credentials.ts';
import { createSigner } from '../rest/oauth.ts';
import { anyCredentials } from './canned-shop.ts';

/** What the shop says to one call: the body of a success, or a status with its body. */
export type Said = { status: number; body: unknown; type?: string } | object | string | boolean;
type Answerer = (query: Record<string, string>) => Said;

export const noScope = (resource: string): Said => ({
  status: 401,
  body: {
    message: "The consumer isn't authorized to access %resources.",
    parameters: { resources: resource },
  },
});
export const noRoute: Said = { status: 404, body: { message: 'Request does not match any route.' } };
export const broken: Said = {
  status: 500,
  body: { message: 'Internal Error. Details are available in Magento log file. Report ID: 1' },
};
export const rowsOf = (...items: object[]): Said => ({ items, total_count: items.length });
const refusal: Said = { status: 400, body: { message: 'Decoding error.' } };
const badSignature: Said = {
  status: 401,
  body: { message: 'The signature is invalid. Verify and try again.' },
};

/** Whole seconds, as a Date header has them. */
const startedAt = Date.parse('2026-03-01T12:00:00Z');

/**
 * For unit tests of what calls a shop over a socket: one in which all is well, until a test says otherwise by the call,
 * such as `GET orders`. It knows no other calls, and refuses a signature over another address than its own.
 */
export class AnsweringShop {
  readonly answers = new Map<string, Said | Answerer>();
  readonly calls: string[] = [];
  /** As the shop sees its own address, when something in front of it has changed that. */
  seenAs: string | null = null;
  /** Of its integrations. */
  credentials: Credentials[] = [anyCredentials];
  /** Of its clock. */
  nowMs = startedAt;
  readonly #server = createServer((request, response) => {
    const said = this.#answer(request.method!, request.url!, request.headers.authorization ?? '');
    const { status, body, type = 'application/json' } = asAnswer(said);
    response.writeHead(status, { 'content-type': type, date: new Date(this.nowMs).toUTCString() });
    response.end(type === 'application/json' ? JSON.stringify(body) : String(body));
    request.resume();
  });

  constructor() {
    for (const { probes } of rights)
      for (const { method, path } of probes)
        this.answers.set(`${method} ${path.join('/')}`, method === 'GET' ? rowsOf() : refusal);
    this.answers.set('POST products/base-prices-information', []);
    this.answers.set('GET products/attributes/price', { scope: 'global' });
    this.answers.set('GET inventory/is-product-salable/cartage-check/1', false);
    this.answers.set('GET inventory/is-product-salable/cartage/check 50%/1', false);
    this.answers.set('GET store/storeViews', [
      { id: 0, code: 'admin', website_id: 0, store_group_id: 0 },
      { id: 1, code: 'default', website_id: 1, store_group_id: 1 },
    ]);
    this.answers.set('GET store/websites', [
      { id: 0, code: 'admin' },
      { id: 1, code: 'base' },
    ]);
    this.answers.set('GET store/storeConfigs', [
      { id: 1, code: 'default', website_id: 1, base_currency_code: 'EUR', timezone: 'UTC' },
    ]);
    this.answers.set('GET /magento_version', {
      status: 200,
      body: 'Magento/2.4 (Community)',
      type: 'text/html',
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Of a client whose clock stands still. */
  get options(): MagentoOptions {
    const now = () => startedAt;
    return { baseUrl: this.url, credentials: () => anyCredentials, connections: 2, deadlineMs: 5_000, now };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(method: string, path: string, authorization: string): Said {
    const { pathname, searchParams } = new URL(path, 'http://shop');
    const call = `${method} ${decodeURIComponent(pathname.replace(/^\/rest\/(\w+\/)?V1\//, ''))}`;
    this.calls.push(call);
    const own = (this.seenAs ?? this.url).replace(/\/$/, '');
    if (!this.credentials.some((set) => isSigned(authorization, set, method, `${own}${path}`)))
      return badSignature;
    const answer = this.answers.get(call);
    if (answer === undefined) return /\/0(\/|$)/.test(call) ? noScope('Magento_Some::right') : noRoute;
    return typeof answer === 'function' ? answer(Object.fromEntries(searchParams)) : answer;
  }
}

function isSigned(authorization: string, credentials: Credentials, method: string, url: string): boolean {
  const said = (name: string) => new RegExp(`${name}="(.*?)"`).exec(authorization)?.[1] ?? '';
  const now = () => Number(said('oauth_timestamp')) * 1_000;
  const nonce = () => said('oauth_nonce');
  return createSigner({ now, nonce })(credentials, method, url) === authorization;
}

function asAnswer(said: Said): { status: number; body: unknown; type?: string } {
  return typeof said === 'object' && 'status' in said && 'body' in said ? said : { status: 200, body: said };
}
