import { encodeRfc3986 } from '../../platform/http/encode.ts';
import { compareNaturally } from './natural-order.ts';

/**
 * The signature base string as Magento 2.4 builds it, which is not quite RFC 5849 (FACTS section 1):
 * the path is normalised first, parameters are sorted naturally, of a key given twice only the last counts.
 */
export function baseString(method: string, url: string, oauth: Record<string, string>): string {
  const { origin, path, query } = split(url);
  const parts = [method.toUpperCase(), origin + normalisedPath(path), parameterString(query, oauth)];
  return parts.map(encodeRfc3986).join('&');
}

/** The pairs as the server decodes them: a pair without `=` does not exist for it, nor one with two. */
function parameterString(query: string, oauth: Record<string, string>): string {
  const encoded = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [key, value, ...more] = pair.split('=');
    if (key === undefined || value === undefined || more.length > 0) continue;
    encoded.set(encodeRfc3986(decodeURIComponent(key)), encodeRfc3986(decodeURIComponent(value)));
  }
  for (const [key, value] of Object.entries(oauth)) encoded.set(encodeRfc3986(key), encodeRfc3986(value));
  return [...encoded]
    .toSorted(([a], [b]) => compareNaturally(a, b))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

/**
 * Magento signs over the path as its URI class leaves it: escapes of unreserved characters and of `:@&=+,/;$%`
 * are decoded, other escapes become upper case, and a `%` that is then no escape any more is escaped again.
 */
function normalisedPath(path: string): string {
  return path
    .replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
      const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
      return /[A-Za-z0-9\-._~:@&=+,/;$%]/.test(character) ? character : escape.toUpperCase();
    })
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
}

function split(url: string): { origin: string; path: string; query: string } {
  const match = /^([a-z]+:\/\/[^/?#]+)([^?#]*)(?:\?([^#]*))?/i.exec(url);
  if (!match) throw new TypeError(`cannot sign "${url}": it is no absolute URL`);
  // `origin` lower-cases scheme and host and drops the scheme's own port, as the server's Host header shows it.
  return { origin: new URL(match[1]!).origin, path: match[2] || '/', query: match[3] ?? '' };
}
