import { describe, expect, it } from '@jest/globals';
import { encodeRfc3986 } from '../../platform/http/encode.ts';
import { baseString } from './base-string.ts';
import { compareNaturally } from './natural-order.ts';
import { createSigner } from './oauth.ts';

// The signatures below were made by another implementation (Python, hmac) from base strings written by the rules
// that FACTS section 1 observed on a real shop; a real shop accepted requests signed in this way.
const credentials = { consumerKey: 'ck', consumerSecret: 'c&s', accessToken: 'at', accessTokenSecret: 't+s' };
const nonce = '0123456789abcdef0123456789abcdef';
const signer = createSigner({ now: () => 1795421177_999, nonce: () => nonce });
const sign = (method: string, url: string) => signer(credentials, method, url);

function signatureOf(header: string): string {
  return decodeURIComponent(/oauth_signature="([^"]*)"/.exec(header)![1]!);
}

const filterGroups = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `${encodeRfc3986(`searchCriteria[filter_groups][${index}][filters][0][field]`)}=sku`,
  ).join('&');

describe('signatures', () => {
  it.each([
    ['http://127.0.0.1:8080/rest/V1/store/storeViews', 'qxkh0eB+wOpGNvbzEXf346xYon9+ZYgisAJ3CRK8/lE='],
    [
      'https://shop.example.com/rest/all/V1/products/A%2FB%201',
      'akQkKfOgeR8n2I7+7oysFJ0AT7Ng0bLfoxCKW/Qvyd0=',
    ],
    [
      `http://127.0.0.1:8080/rest/V1/products?${filterGroups(11)}&fields=total_count`,
      '4W3ge7I4AWqNRxkVZ80iAe9NiVsiRjcUe5Y5LtS7XFw=',
    ],
    [
      'http://127.0.0.1:8080/rest/V1/products?a=A%2BB%3DC%20Gr%C3%B6%C3%9Fe',
      'WJhC87C35ouG5IjVhAzfC9KOhn66/z7u+hmeGdGsHXg=',
    ],
  ])('of %s', (url, signature) => expect(signatureOf(sign('GET', url))).toBe(signature));

  it('is a whole header, HMAC-SHA256 and without the secrets', () => {
    const header = sign('POST', 'https://shop.example.com/rest/V1/inventory/source-items');
    expect(header).toMatch(/^OAuth oauth_consumer_key="ck", oauth_nonce="0123/);
    expect(header).toContain('oauth_signature_method="HMAC-SHA256"');
    expect(header).toContain('oauth_timestamp="1795421177"');
    expect(header).not.toMatch(/c%26s|c&s|t%2Bs|t\+s/);
  });

  it('takes a new nonce for every try, of 32 characters, and the credentials of the moment', () => {
    const live = createSigner();
    const url = 'https://shop.example.com/rest/V1/orders';
    const headers = Array.from({ length: 50 }, () => live(credentials, 'GET', url));
    const nonces = new Set(headers.map((header) => /oauth_nonce="(\w{32})"/.exec(header)?.[1]));
    expect(nonces.size).toBe(50);
    expect(nonces.has(undefined)).toBe(false);
    const rotated = { ...credentials, consumerKey: 'rotated' };
    expect(live(rotated, 'GET', url)).toContain('oauth_consumer_key="rotated"');
  });
});

describe('the base string', () => {
  const decoded = (url: string) =>
    baseString('get', url, { oauth_token: 't' })
      .split('&')
      .map((part) => decodeURIComponent(part));

  it('sorts [2] before [10]', () => {
    const [, , parameters] = decoded(`http://h/rest/V1/products?${filterGroups(11)}`);
    const groups = [...parameters!.matchAll(/filter_groups%5D%5B(\d+)/g)].map((match) => Number(match[1]));
    expect(groups).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each([
    ['A%2FB', 'A/B'],
    ['A%2BB', 'A+B'],
    ['A%20B', 'A%20B'],
    ['50%25%20off', '50%25%20off'],
    ['A%2541B', 'A%41B'],
    ['A%252FB', 'A%2FB'],
    ['a%2Cb%26c%3Dd%3Be%24f', 'a,b&c=d;e$f'],
    ['a%3Ab%40c', 'a:b@c'],
    ['a%27b%2Ac%28d%29%21e', 'a%27b%2Ac%28d%29%21e'],
    ['Gr%C3%B6%C3%9Fe-1', 'Gr%C3%B6%C3%9Fe-1'],
    ['%c3%a9', '%C3%A9'],
  ])('signs the path segment %s over %s', (sent, signed) => {
    expect(decoded(`http://h/rest/V1/products/${sent}`)[1]).toBe(`http://h/rest/V1/products/${signed}`);
  });

  it('leaves out pairs that the server does not see, and keeps the last of two', () => {
    const [, , parameters] = decoded('http://h/x?searchCriteria&fields=a&k=1=2&fields=b&empty=');
    expect(parameters).toBe('empty=&fields=b&oauth_token=t');
  });

  it("drops the scheme's own port and keeps another", () => {
    expect(decoded('HTTPS://Shop.Example.com:443/x')[1]).toBe('https://shop.example.com/x');
    expect(decoded('http://shop.example.com:8080/x')[1]).toBe('http://shop.example.com:8080/x');
  });
});

describe('natural order, as strnatcmp has it', () => {
  it.each([
    ['a2', 'a10', -1],
    ['a10', 'a2', 1],
    ['a', 'a', 0],
    ['a', 'a1', -1],
    ['a1b', 'a1a', 1],
    ['a2', 'a2b', -1],
    ['a2b', 'a2', 1],
    ['B', 'a', -1],
    ['', 'a', -1],
    ['x0', 'x12', -1],
    ['x007', 'x7', 0],
    ['%5B2%5D', '%5B10%5D', -1],
    ['pageSize', 'page', 1],
  ])('%s to %s is %i', (left, right, order) => expect(compareNaturally(left, right)).toBe(order));
});
