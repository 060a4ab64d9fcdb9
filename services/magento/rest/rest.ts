import type { z } from 'zod';
import type { HttpAnswer, HttpCall, HttpClient } from '../../platform/http/client.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { encodeRfc3986 } from '../../platform/http/encode.ts';
import { readAnswer, refusesCredentials } from './answers.ts';
import type { Asked } from './answers.ts';
import type { Credentials, CredentialSets } from './credentials.ts';
import type { Signer } from './oauth.ts';
import { whyUnreadable } from '../shapes.ts';

/** Not encoded. */
export type QueryPair = readonly [name: string, value: string];

export interface RestCall<Shape extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments after `V1`, not encoded. */
  path: readonly string[];
  query?: readonly QueryPair[];
  body?: unknown;
  /** A store view's code, or `all` for global values. Left out, Magento takes store view 1 (FACTS section 7). */
  scope?: string;
  shape: Shape;
  /** For metrics, messages and the table of answers: method and path without ids and SKUs. */
  route: string;
  /** A POST that only reads. */
  readsOnly?: boolean;
}

export interface Rest {
  /**
   * One try of one call. Retries are the flow's business: it knows what a second try would mean. Only where the shop
   * refuses one set of credentials the other is tried at once: nothing was done.
   * @throws Rejected, Unavailable (`answers.ts`); an answer of another shape is Unavailable `magento.unexpected_shape`.
   */
  call<Shape extends z.ZodType>(call: RestCall<Shape>): Promise<z.infer<Shape>>;
  /** The answer as it came, unjudged, for the checks; `path` is what follows the base URL, as it is sent. */
  raw(method: string, path: string): Promise<HttpAnswer>;
  /** What the Date headers said last, or null before the first answer. */
  clock(): ClockReading | null;
}

/** `skewMs`: the shop's clock minus ours, within about half a second (the Date header has whole seconds). */
export interface ClockReading {
  skewMs: number;
  measuredAtMs: number;
}

export interface RestOptions {
  http: HttpClient;
  sign: Signer;
  credentials: CredentialSets;
  /** Where the shop is called, with its folder if it has one: `https://shop.example.com/`. */
  baseUrl: string;
  /** Where the shop believes to be, when a proxy changes scheme, host or port on the way. */
  signingUrl?: string;
  /** Epoch milliseconds. */
  now?: () => number;
}

export function createRest(options: RestOptions): Rest {
  const now = options.now ?? Date.now;
  const calledPath = folderOf(options.baseUrl);
  const signedBase = withoutSlash(options.signingUrl ?? options.baseUrl);
  let clock: ClockReading | null = null;

  async function send(call: HttpCall & { route: string }): Promise<HttpAnswer> {
    const used = options.credentials.inUse();
    const answer = await sendAs(used, call);
    const other = refusesCredentials(call, answer) ? options.credentials.otherThan(used) : null;
    if (other === null) return answer;
    const second = await sendAs(other, call);
    // Of two refusals the one of the set in use is the one to be told.
    if (refusesCredentials(call, second)) return answer;
    options.credentials.switchTo(other);
    return second;
  }

  async function sendAs(credentials: Credentials, call: HttpCall): Promise<HttpAnswer> {
    const sentAtMs = now();
    const answer = await options.http.request({
      ...call,
      path: `${calledPath}${call.path}`,
      headers: {
        // Anything else may bring XML or an HTML error page (FACTS section 10).
        accept: 'application/json',
        authorization: options.sign(credentials, call.method, `${signedBase}${call.path}`),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
    clock = readClock(answer.headers.date, sentAtMs, now()) ?? clock;
    return answer;
  }

  return {
    clock: () => clock,
    raw: (method, path) => send({ method, path, route: `${method} check` }),
    async call({ method, path, query = [], body, scope, shape, route, readsOnly }) {
      const store = scope === undefined ? [] : [scope];
      const fullPath = `/${['rest', ...store, 'V1', ...path].map(encodeSegment).join('/')}${queryText(query)}`;
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const asked: Asked = { method, route, path: fullPath, readsOnly: readsOnly ?? false };
      const prefix = `${calledPath}/rest/${scope === undefined ? '' : ':store/'}V1/`;
      const template = `${prefix}${route.slice(method.length + 1)}`;
      const answer = await send({ method, path: fullPath, route, template, ...text });
      return shaped(shape, readAnswer(asked, answer), asked);
    },
  };
}

/** `.` and `..` cannot be escaped (a dot is unreserved) and every server would take them for folders. */
function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new Rejected({
      code: 'magento.path_unsafe',
      what: `"${segment}" cannot stand in a URL path`,
      fix: 'Give the SKU another spelling in the ERP',
    });
  }
  return encodeRfc3986(segment);
}

function queryText(query: readonly QueryPair[]): string {
  if (query.length === 0) return '';
  return `?${query.map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`).join('&')}`;
}

function shaped<Shape extends z.ZodType>(shape: Shape, json: unknown, asked: Asked): z.infer<Shape> {
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Unavailable(
    {
      code: 'magento.unexpected_shape',
      what: `Magento's answer to "${asked.route}" is not of the shape expected`,
      why: whyUnreadable(parsed.error),
      fix: 'Check the version of Magento and extensions that change its REST answers',
    },
    { outcome: asked.method === 'GET' || asked.readsOnly ? 'none' : 'unknown', perhapsRecord: true },
  );
}

/** The Date header was cut to the second: on average it is half a second older than the answer. */
function readClock(date: string | undefined, sentAtMs: number, receivedAtMs: number): ClockReading | null {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return null;
  return { skewMs: Math.round(serverMs + 500 - (sentAtMs + receivedAtMs) / 2), measuredAtMs: receivedAtMs };
}

function folderOf(url: string): string {
  return withoutSlash(new URL(url).pathname);
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
