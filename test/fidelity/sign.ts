import { createHmac } from 'node:crypto';
import type { Credentials } from '../sandbox/shop/oauth/integrations.ts';

/**
 * A signer of its own, apart from the stand-in's checker, so that one cannot hide the other's mistake.
 * Faults that the recordings contain are made again in kind: each is one departure from the right way.
 */
export type SigningFault =
  | 'garbage'
  | 'wrong_consumer_secret'
  | 'wrong_token_secret'
  | 'path_as_sent'
  | 'query_left_out'
  | 'query_raw_brackets'
  | 'plus_is_space'
  | 'raw_equals_included'
  | 'no_equals_included'
  | 'bytewise_order'
  | 'both_duplicates'
  | 'https'
  | 'other_host'
  | 'no_port';

export interface ToSign {
  method: string;
  /** Path and query as sent. */
  url: string;
  host: string;
  oauth: ReadonlyMap<string, string>;
  credentials: Credentials;
  fault: SigningFault | null;
  scheme: 'http' | 'https';
}

export function signatureOf(request: ToSign): string {
  const { fault, credentials } = request;
  if (fault === 'garbage') return 'AAAA';
  const consumerSecret = fault === 'wrong_consumer_secret' ? 'x'.repeat(32) : credentials.consumerSecret;
  const tokenSecret = fault === 'wrong_token_secret' ? 'x'.repeat(32) : credentials.accessTokenSecret;
  const key = `${escape(consumerSecret)}&${escape(tokenSecret)}`;
  return createHmac('sha256', key).update(base(request)).digest('base64');
}

function base({ method, url, host, oauth, fault, scheme }: ToSign): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = question < 0 || fault === 'query_left_out' ? '' : url.slice(question + 1);
  const parameters = [
    ...[...oauth].filter(([name]) => name !== 'oauth_signature'),
    ...queryPairs(query, fault),
  ];
  const raw = fault === 'query_raw_brackets';
  const encoded = parameters.map(([name, value]): [string, string] => [
    raw ? name : escape(name),
    escape(value),
  ]);
  const order = fault === 'bytewise_order' ? bytewise : natural;
  const joined = encoded
    .toSorted(([left], [right]) => order(left, right))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const scheme2 = fault === 'https' ? 'https' : scheme;
  const host2 =
    fault === 'other_host' ? '127.0.0.1:8080' : fault === 'no_port' ? host.replace(/:\d+$/, '') : host;
  const path2 = fault === 'path_as_sent' ? path : serverPath(path);
  return `${method}&${escape(`${scheme2}://${host2}${path2}`)}&${escape(joined)}`;
}

/** A pair with no `=` or with two is left out, of equal names the last counts, `+` is a plus. */
function queryPairs(query: string, fault: SigningFault | null): [string, string][] {
  const pairs: [string, string][] = [];
  for (const pair of query.split('&').filter(Boolean)) {
    const parts = pair.split('=');
    const isOdd = parts.length !== 2;
    if (isOdd && fault !== 'raw_equals_included' && fault !== 'no_equals_included') continue;
    const [name = '', ...rest] = parts.map((part) => decodeURIComponent(part));
    const value = rest.join('=');
    pairs.push([name, fault === 'plus_is_space' ? value.replaceAll('+', ' ') : value]);
  }
  return fault === 'both_duplicates' ? pairs : [...new Map(pairs)];
}

/** The server decodes what a path may hold unescaped, and a percent sign when two hex digits follow it. */
function serverPath(path: string): string {
  const upper = path.replaceAll(/%[0-9a-f]{2}/gi, (escaped) => escaped.toUpperCase());
  const plain = upper.replaceAll(
    /%(2F|2B|3A|40|26|3D|2C|3B|24|2D|2E|5F|7E|3[0-9]|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])/g,
    (escaped) => decodeURIComponent(escaped),
  );
  return plain.replaceAll(/%25(?=[0-9A-F]{2})/gi, '%');
}

/** Chunks of digits as numbers, the rest as text. */
function natural(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.match(/\d+|\D+/g) ?? []);
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i += 1) {
    const [x, y] = [a?.[i] ?? '', b?.[i] ?? ''];
    const bothNumbers = /^\d/.test(x) && /^\d/.test(y);
    const order = bothNumbers ? Number(x) - Number(y) : bytewise(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function bytewise(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

export function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
