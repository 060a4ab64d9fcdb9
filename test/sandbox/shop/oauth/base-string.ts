import { createHmac } from 'node:crypto';
import { rawDecode } from '../rest/query.ts';
import { compareNatural } from './natural-order.ts';

/** What of a request takes part in its signature. */
export interface SignedRequest {
  method: string;
  scheme: 'http' | 'https';
  /** The Host header as sent, with its port. */
  host: string;
  /** Path as sent, without the query. */
  path: string;
  /** Query as sent, without `?`. */
  query: string;
  /** A form-encoded body joins the signature; any other body does not. */
  form: string;
}

/** The signature base string as Magento 2.4.7 builds it on the server (FACTS section 1). */
export function baseString(request: SignedRequest, oauthParameters: ReadonlyMap<string, string>): string {
  const parameters = new Map(oauthParameters);
  parameters.delete('oauth_signature');
  for (const [name, value] of [...pairs(request.query), ...pairs(request.form)]) parameters.set(name, value);
  const encoded = [...parameters].map(([name, value]) => [rfc3986(name), rfc3986(value)] as const);
  encoded.sort(([left], [right]) => compareNatural(left, right));
  const joined = encoded.map(([name, value]) => `${name}=${value}`).join('&');
  const url = `${request.scheme}://${withoutDefaultPort(request.host.toLowerCase(), request.scheme)}${normalPath(request.path)}`;
  return [request.method.toUpperCase(), rfc3986(url), rfc3986(joined)].join('&');
}

export function signature(base: string, consumerSecret: string, tokenSecret: string): string {
  const key = `${rfc3986(consumerSecret)}&${rfc3986(tokenSecret)}`;
  return createHmac('sha256', key).update(base).digest('base64');
}

/** Pairs with no `=` or with more than one are dropped, exactly as the server drops them. */
function pairs(query: string): [string, string][] {
  return query
    .split('&')
    .map((pair) => pair.split('='))
    .filter((parts): parts is [string, string] => parts.length === 2)
    .map(([name, value]) => [rawDecode(name), rawDecode(value)]);
}

/**
 * Escapes that a path may hold unescaped are decoded, the others get upper case, and what is left raw and
 * must not be is escaped. `%25` is decoded too, and escaped again unless two hex digits follow.
 */
export function normalPath(path: string): string {
  const decoded = path.replaceAll(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return /[\w\-.~:@&=+$,/;%]/.test(character) ? character : escape.toUpperCase();
  });
  return decoded.replaceAll(/[^\w\-.~:@&=+$,/;%]+|%(?![0-9a-f]{2})/gi, rfc3986);
}

export function rfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function withoutDefaultPort(host: string, scheme: string): string {
  return scheme === 'https' ? host.replace(/:443$/, '') : host.replace(/:80$/, '');
}
