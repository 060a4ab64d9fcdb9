/** All that is said of a request without its body. Double: a scheme that takes what its header says. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Admission } from './admission.ts';
import { countedRefusals, parserRefusalOf } from './refusals.ts';
import type { Claim, Scheme } from './schemes/scheme.ts';

const claim: Claim = { proofIn: () => ({ id: null }) };
let isOpen = true;
const scheme: Scheme = {
  path: '/webhooks/orders',
  isOpen: () => isOpen,
  claimIn: (headers) => (headers['x-signature'] === 'good' ? claim : 'signature_missing'),
  namedIn: () => [],
  greeting: (query) => (query.has('challenge') ? { status: 200, reason: query.get('challenge')! } : null),
};
const silent = { ...scheme, path: '/webhooks/silent', greeting: undefined };
const admission = (isSwitchedOff = false) =>
  new Admission({ schemes: [scheme, silent], isSwitchedOff, maxBodyBytes: 100 });

const good = { 'content-type': 'application/json', 'x-signature': 'good', 'content-length': '100' };
const request = (changes: object = {}, headers: object = good) =>
  ({ url: '/webhooks/orders', method: 'POST', headers, ...changes }) as IncomingMessage;

describe('a delivery', () => {
  it.each<[string, object]>([
    ['of the largest length', good],
    [
      'whose length comes in chunks',
      { ...good, 'content-length': undefined, 'transfer-encoding': 'chunked' },
    ],
    ...[
      'application/json;charset=utf-8',
      'APPLICATION/JSON ; Charset=UTF-8 ',
      'application/cloudevents+json',
      'application/cloudevents+json; charset=utf-8',
    ].map((type): [string, object] => [`as ${type}`, { ...good, 'content-type': type }]),
  ])('%s is admitted', (_name, headers) => {
    expect(admission().judge(request({}, headers))).toEqual({ scheme, claim });
  });

  it('may bring a query', () => {
    expect(admission().judge(request({ url: '/webhooks/orders?a=b' }))).toEqual({ scheme, claim });
  });

  it.each<[string, object, object]>([
    ['path_unknown', { url: '/webhooks/orders/x' }, good],
    ['path_unknown', { url: undefined }, good],
    ['method_not_allowed', { method: 'GET' }, good],
    ['content_type', {}, { ...good, 'content-type': undefined }],
    ['content_type', {}, { ...good, 'content-type': 'application/jsonp' }],
    ['content_type', {}, { ...good, 'content-type': 'application/json; charset=latin1' }],
    ['content_type', {}, { ...good, 'content-type': 'text/application/json' }],
    ['content_type', {}, { ...good, 'content-encoding': 'gzip' }],
    ['signature_missing', {}, { ...good, 'x-signature': 'bad' }],
    ['length_required', {}, { ...good, 'content-length': undefined }],
    ['too_large', {}, { ...good, 'content-length': '101' }],
  ])('is refused as %s: %j %j', (reason, changes, headers) => {
    expect(admission().judge(request(changes, headers))).toBe(reason);
  });

  it('is refused while the flow is off, or its sender has no key', () => {
    expect(admission(true).judge(request())).toBe('switched_off');
    isOpen = false;
    expect(admission().judge(request())).toBe('path_unknown');
    isOpen = true;
  });
});

it.each<[string, object, object | null]>([
  ['a sender that tries the address', { url: '/webhooks/orders?challenge=c' }, { status: 200, reason: 'c' }],
  ['nothing', { url: '/webhooks/orders' }, null],
  ['another path', { url: '/webhooks/x?challenge=c' }, null],
  ['a sender that knows no greeting', { url: '/webhooks/silent?challenge=c' }, null],
  ['a delivery', { url: '/webhooks/orders?challenge=c', method: 'POST' }, null],
])('%s is greeted: %j', (_name, changes, answer) => {
  expect(admission().greetingFor(request({ method: 'GET', ...changes }))).toEqual(answer);
});

it.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout', 'headers_too_slow'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large', 'headers_too_large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Content Too Large', 'too_large'],
  ['HPE_INVALID_METHOD', '400 Bad Request', 'malformed'],
])('what never became a request (%s) is answered %s', (code, line, reason) => {
  expect(parserRefusalOf(code)).toEqual({ line, reason });
  expect(countedRefusals()).toContainEqual({ code: line.slice(0, 3), reason });
});

it('a connection that broke is answered nothing', () => {
  expect([parserRefusalOf('ECONNRESET'), parserRefusalOf()]).toEqual([null, null]);
});
