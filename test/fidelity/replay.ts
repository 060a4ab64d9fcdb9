import { request as httpRequest } from 'node:http';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import type { Credentials, Integration } from '../sandbox/shop/oauth/integrations.ts';
import type { Json } from '../sandbox/shop/rest/json.ts';
import { rawDecode } from '../sandbox/shop/rest/query.ts';
import type { Shop } from '../sandbox/shop/shop.ts';
import type { Exchange } from './recorded.ts';
import { STEPS } from './scenario.ts';
import { seedRecordedShop } from './seed.ts';
import { escape, signatureOf } from './sign.ts';
import { SIGNING_FAULTS } from './signing-faults.ts';

/** Host of the recorded shop; the stand-in is told the same, so that host and port can be signed wrongly. */
const HOST = '127.0.0.1:8080';
const DAY = '2026-11-23';
const NARROW = ['Magento_Catalog::products', 'Magento_Catalog::catalog', 'Magento_Backend::store'];

export interface Answer {
  status: number;
  body: Json;
}

/** Sends recorded requests to a stand-in of its own, in order, each at the time at which it was recorded. */
export class Replay {
  readonly #running: RunningShop;
  readonly #time: { ms: number };
  readonly #substitutes = new Map<string, string>();

  private constructor(running: RunningShop, time: { ms: number }) {
    this.#running = running;
    this.#time = time;
  }

  static async start(): Promise<Replay> {
    const time = { ms: Date.parse(`${DAY}T08:03:36Z`) };
    let seed = 7;
    const random = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    const running = await startShop({
      seed: seedRecordedShop,
      clock: { nowMs: () => time.ms, monotonicMs: () => time.ms },
      random,
      baseUrl: `http://${HOST}/`,
      credentials: keys('main'),
      integrations: [
        { ...keys('narrow'), consumerId: 2, resources: NARROW, status: 'active' },
        { ...keys('doomed'), consumerId: 3, resources: 'all', status: 'active' },
        { ...keys('doomed2'), consumerId: 4, resources: 'all', status: 'deleted' },
      ],
      admin: { username: 'admin', password: '{{admin_password}}' },
    });
    return new Replay(running, time);
  }

  get shop(): Shop {
    return this.#running.shop;
  }

  /** Takes the steps that came before the exchange without being recorded. */
  prepare(exchange: Exchange): void {
    const { shop } = this.#running;
    const id = `${exchange.file}/${exchange.name}`;
    for (const step of STEPS)
      if (step.before === id) step.run(shop, (text) => (this.#time.ms = Date.parse(`${DAY}T${text}Z`)));
    shop.db.commit();
  }

  async send(exchange: Exchange): Promise<Answer> {
    const { shop } = this.#running;
    const recordedMs = timeOf(exchange);
    if (recordedMs !== null) this.#time.ms = recordedMs;
    this.#settings(exchange.name);
    const answer = await this.#call(exchange);
    const { body } = exchange.response;
    if (typeof body === 'string' && typeof answer.body === 'string') this.#substitutes.set(body, answer.body);
    shop.db.commit();
    return answer;
  }

  async close(): Promise<void> {
    await this.#running.close();
  }

  /** Settings of the shop that some exchanges of auth.json were recorded under. */
  #settings(name: string): void {
    const { shop } = this.#running;
    shop.bearerForIntegrations = name === 'integration_token_as_bearer_enabled';
    const doomed = shop.integrations.find(({ consumerId }) => consumerId === 3);
    if (doomed === undefined) return;
    if (name === 'doomed_deactivated') doomed.status = 'inactive';
  }

  #call(exchange: Exchange): Promise<Answer> {
    const { method } = exchange.request;
    const path = this.#substituted(exchange.request.path);
    const given = exchange.request.body;
    const text = given === undefined ? undefined : typeof given === 'string' ? given : JSON.stringify(given);
    const host = exchange.request.headers['host'] ?? HOST;
    const headers: Record<string, string> = { ...exchange.request.headers, host };
    if (headers['authorization'] !== undefined)
      headers['authorization'] = this.#authorization(exchange, path, host);
    const port = Number(new URL(this.#running.url).port);
    const body = text === undefined ? undefined : Buffer.from(this.#substituted(text), 'utf8');
    if (body !== undefined) headers['content-length'] = String(body.length);
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** The recorded header with our keys in the place of the placeholders and a signature of our own. */
  #authorization(exchange: Exchange, path: string, host: string): string {
    const header = withKeys(whole(exchange.request.headers['authorization'] ?? ''));
    const scheme = /^oauth\s/i.exec(header)?.[0];
    // The recording shortens a secret by an ellipsis, which no header can hold.
    if (scheme === undefined) return this.#substituted(header).replaceAll('…', 'eHg6eHg=');
    const oauth = new Map(
      [...header.matchAll(/(oauth_\w+)="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, rawDecode(value)] as const,
      ),
    );
    const signature = signatureOf({
      method: exchange.request.method,
      url: path,
      host,
      oauth,
      credentials: credentialsOf(header),
      fault: SIGNING_FAULTS[exchange.name] ?? null,
      scheme: exchange.request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http',
    });
    return header.replace(/oauth_signature="[^"]*"/, `oauth_signature="${escape(signature)}"`);
  }

  /** Ids that chance decided in the recorded shop (carts, tokens), and what they are here. */
  #substituted(text: string): string {
    let result = text;
    for (const [recorded, ours] of this.#substitutes) {
      if (recorded.length >= 20 || recorded.startsWith('{{')) result = result.replaceAll(recorded, ours);
    }
    return result.replaceAll('{{admin_token}}', [...this.#running.shop.adminTokens].at(-1) ?? '');
  }
}

/** Four keys of 32 characters that say whose they are. */
function keys(who: string): Credentials {
  const key = (what: string): string => `${who}${what}`.padEnd(32, '0');
  return {
    consumerKey: key('consumerkey'),
    consumerSecret: key('consumersecret'),
    accessToken: key('accesstoken'),
    accessTokenSecret: key('accesstokensecret'),
  };
}

/** One header is recorded with its first parameters left out (`OAuth …`): they are put back. */
function whole(header: string): string {
  const rest =
    'oauth_consumer_key="{{consumer_key}}", oauth_nonce="put-back", oauth_timestamp="1795421177", oauth_token="{{access_token}}",';
  return header.replace(/^OAuth … /, `OAuth ${rest} `);
}

function withKeys(header: string): string {
  return header
    .replaceAll('{{consumer_key}}', keys('main').consumerKey)
    .replaceAll('{{access_token}}', keys('main').accessToken)
    .replaceAll(/\{\{(narrow|doomed2?)_consumer_key\}\}/g, (_match, who: string) => keys(who).consumerKey)
    .replaceAll(/\{\{(narrow|doomed2?)_access_token\}\}/g, (_match, who: string) => keys(who).accessToken);
}

function credentialsOf(header: string): Credentials {
  const who =
    ['narrow', 'doomed', 'doomed2'].find((name) => header.includes(keys(name).consumerKey)) ?? 'main';
  return keys(who);
}

/** The time stamp of a call, unless the call was about time stamps. */
function timeOf({ name, request }: Exchange): number | null {
  const seconds = /oauth_timestamp="(\d+)"/.exec(request.headers['authorization'] ?? '')?.[1];
  return seconds === undefined || name.startsWith('oauth_timestamp') ? null : Number(seconds) * 1000;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

export type { Integration };
