import { describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { LimitExceeded, nullIfAbsent, readAnswer } from './answers.ts';
import type { Asked } from './answers.ts';
import { answer } from './canned-shop.ts';
import { fillIn, readMessage } from './messages.ts';

// The bodies are excerpts of what a real Magento 2.4.7 answered (FACTS sections 1, 3, 4, 6, 7, 10).
const ship: Asked = { method: 'POST', route: 'POST order/:id/ship', path: '/rest/V1/order/1/ship' };
const stock: Asked = {
  method: 'POST',
  route: 'POST inventory/source-items',
  path: '/rest/V1/inventory/source-items',
};
const product: Asked = { method: 'PUT', route: 'PUT products', path: '/rest/all/V1/products/A' };
const read: Asked = { method: 'GET', route: 'GET orders/:id', path: '/rest/V1/orders/1' };
const salable: Asked = {
  method: 'GET',
  route: 'GET inventory/get-product-salable-quantity',
  path: '/rest/V1/inventory/get-product-salable-quantity/NOPE/1',
};
const html = { 'content-type': 'text/html; charset=UTF-8' };
const plain = { 'content-type': 'text/plain;charset=UTF-8' };
const maintenance = '<!doctype html>\n<title>Error 503: Service Unavailable</title>';
const applicationRun = 'An error has happened during application run. See exception log for details.\n';
const reportId =
  '{"message":"Internal Error. Details are available in Magento log file. Report ID: webapi-6b03f488c9831"}';

function thrown(asked: Asked, status: number, body: string, headers?: Record<string, string>) {
  try {
    readAnswer(asked, answer(status, body, headers));
  } catch (error) {
    return error as Rejected | Unavailable;
  }
  throw new Error('nothing was thrown');
}

interface Row {
  what: string;
  asked: Asked;
  status: number;
  body: string;
  headers?: Record<string, string>;
  code: string;
  kind: 'rejected' | 'none' | 'unknown';
  perhapsRecord?: true;
  needsOperator?: true;
}

const message = (text: string, more: object = {}) => JSON.stringify({ message: text, ...more });

const rows: Row[] = [
  {
    what: 'maintenance',
    asked: ship,
    status: 503,
    body: maintenance,
    headers: html,
    code: 'magento.maintenance',
    kind: 'none',
  },
  {
    what: 'a cache that gave up waiting for PHP',
    asked: ship,
    status: 503,
    body: '<title>503 Backend fetch failed</title>',
    headers: html,
    code: 'magento.gateway',
    kind: 'unknown',
  },
  {
    what: 'PHP down',
    asked: ship,
    status: 502,
    body: '<title>502 Bad Gateway</title>',
    headers: html,
    code: 'magento.gateway',
    kind: 'unknown',
  },
  {
    what: 'gateway time-out of a read',
    asked: read,
    status: 504,
    body: '',
    headers: html,
    code: 'magento.gateway',
    kind: 'none',
  },
  {
    what: 'body too large',
    asked: stock,
    status: 413,
    body: '<title>413 Request Entity Too Large</title>',
    headers: html,
    code: 'magento.request_too_large',
    kind: 'rejected',
  },
  {
    what: 'URL too long',
    asked: read,
    status: 414,
    body: '<title>414</title>',
    headers: html,
    code: 'magento.url_too_long',
    kind: 'rejected',
  },
  {
    what: 'firewall',
    asked: product,
    status: 403,
    body: '<title>Access denied</title>',
    headers: html,
    code: 'magento.edge_blocked',
    kind: 'none',
    perhapsRecord: true,
    needsOperator: true,
  },
  {
    what: 'firewall that speaks JSON',
    asked: product,
    status: 403,
    body: '{"error":"blocked"}',
    code: 'magento.edge_blocked',
    kind: 'none',
    perhapsRecord: true,
    needsOperator: true,
  },
  {
    what: 'throttled',
    asked: ship,
    status: 429,
    body: '',
    headers: html,
    code: 'magento.throttled',
    kind: 'none',
  },
  {
    what: 'redirect',
    asked: read,
    status: 301,
    body: '',
    headers: { location: 'https://www.example.com/x' },
    code: 'magento.redirected',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'page of the shop instead of REST',
    asked: read,
    status: 404,
    body: '<title>404 Not Found</title>',
    headers: html,
    code: 'magento.not_rest',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'challenge page with 200',
    asked: ship,
    status: 200,
    body: '<title>Just a moment</title>',
    headers: html,
    code: 'magento.not_json',
    kind: 'unknown',
    perhapsRecord: true,
  },
  {
    what: 'JSON cut short',
    asked: read,
    status: 200,
    body: '{"items":[',
    code: 'magento.not_json',
    kind: 'none',
    perhapsRecord: true,
  },
  {
    what: 'database down, HTML in text/plain',
    asked: stock,
    status: 500,
    body: `<!doctype html>\n<title>There has been an error processing your request</title> ${applicationRun}`,
    headers: plain,
    code: 'magento.internal_error',
    kind: 'unknown',
    perhapsRecord: true,
  },
  {
    what: 'database down while asking for a salable quantity',
    asked: salable,
    status: 500,
    body: `<!doctype html>\n${applicationRun}`,
    headers: plain,
    code: 'magento.internal_error',
    kind: 'none',
    perhapsRecord: true,
  },
  {
    what: 'salable quantity of an unknown SKU',
    asked: salable,
    status: 500,
    body: applicationRun,
    headers: plain,
    code: 'magento.sku_unknown',
    kind: 'rejected',
  },
  {
    what: 'a 500 with a report id on a shipment',
    asked: ship,
    status: 500,
    body: reportId,
    code: 'magento.internal_error',
    kind: 'unknown',
    perhapsRecord: true,
  },
  {
    what: 'unknown source, or a row locked',
    asked: stock,
    status: 400,
    body: message('Could not save Source Item'),
    code: 'magento.could_not_save',
    kind: 'none',
    perhapsRecord: true,
  },
  {
    what: 'source with too little',
    asked: ship,
    status: 400,
    body: message('Could not save a shipment, see error log for details'),
    code: 'magento.could_not_save',
    kind: 'none',
    perhapsRecord: true,
  },
  {
    what: 'unknown website',
    asked: product,
    status: 400,
    body: message('The product was unable to be saved. Please try again.'),
    code: 'magento.could_not_save',
    kind: 'none',
    perhapsRecord: true,
  },
  {
    what: 'lock wait',
    asked: product,
    status: 400,
    body: message('Database lock wait timeout exceeded', { code: 1205 }),
    code: 'magento.database_lock',
    kind: 'none',
  },
  {
    what: 'too many items',
    asked: stock,
    status: 400,
    body: message('Maximum items of type "%type" is %max', { parameters: { type: 'X', max: 20 } }),
    code: 'magento.limit_exceeded',
    kind: 'rejected',
  },
  {
    what: 'refused by validation',
    asked: stock,
    status: 400,
    body: message('Validation Failed: "quantity" should be numeric.'),
    code: 'magento.refused',
    kind: 'rejected',
  },
  {
    what: 'not found',
    asked: read,
    status: 404,
    body: message("The entity that was requested doesn't exist. Verify the entity and try again."),
    code: 'magento.not_found',
    kind: 'rejected',
  },
  {
    what: 'unknown route',
    asked: stock,
    status: 404,
    body: message('Request does not match any route.'),
    code: 'magento.route_missing',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'unknown store code',
    asked: read,
    status: 400,
    body: message('Specified request cannot be processed.'),
    code: 'magento.store_unknown',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'verb refused',
    asked: product,
    status: 405,
    body: message('The PUT HTTP method is not supported.'),
    code: 'magento.verb_refused',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'signature',
    asked: ship,
    status: 401,
    body: message('The signature is invalid. Verify and try again.'),
    code: 'magento.signature_invalid',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'consumer key',
    asked: ship,
    status: 401,
    body: message('A consumer having the specified key does not exist'),
    code: 'magento.consumer_unknown',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'short consumer key',
    asked: ship,
    status: 401,
    body: message('Consumer key is not the correct length'),
    code: 'magento.consumer_malformed',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'token',
    asked: ship,
    status: 401,
    body: message('Specified token does not exist'),
    code: 'magento.token_unknown',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'foreign token',
    asked: ship,
    status: 401,
    body: message('Token is not associated with the specified consumer'),
    code: 'magento.token_foreign',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'short token',
    asked: ship,
    status: 400,
    body: message('The token length is invalid. Check the length and try again.'),
    code: 'magento.token_malformed',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'signature method',
    asked: ship,
    status: 400,
    body: message('Signature method %1 is not supported', { parameters: ['HMAC-SHA256'] }),
    code: 'magento.signature_method',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'clock',
    asked: ship,
    status: 401,
    body: message('An error occurred validating the nonce'),
    code: 'magento.clock_ahead',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'nonce',
    asked: ship,
    status: 401,
    body: message('The nonce is already being used by the consumer with ID %1', { parameters: ['1'] }),
    code: 'magento.nonce_replayed',
    kind: 'none',
  },
  {
    what: 'scope',
    asked: read,
    status: 401,
    body: message("The consumer isn't authorized to access %resources.", {
      parameters: { resources: 'Magento_Sales::actions_view' },
    }),
    code: 'magento.scope_missing',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'header cut out on the way',
    asked: ship,
    status: 400,
    body: message('"%fieldName" is required. Enter and try again.', {
      parameters: { fieldName: 'oauth_nonce' },
    }),
    code: 'magento.oauth_stripped',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'several parameters missing',
    asked: ship,
    status: 400,
    body: message('One or more input exceptions have occurred.', {
      errors: [{ message: '"%fieldName" is required.', parameters: { fieldName: 'oauth_nonce' } }],
    }),
    code: 'magento.oauth_stripped',
    kind: 'none',
    needsOperator: true,
  },
  {
    what: 'a parameter of the record missing',
    asked: product,
    status: 400,
    body: message('"%fieldName" is required. Enter and try again.', { parameters: { fieldName: 'product' } }),
    code: 'magento.refused',
    kind: 'rejected',
  },
  {
    what: 'another 401',
    asked: ship,
    status: 401,
    body: message('The account sign-in was incorrect'),
    code: 'magento.unauthorized',
    kind: 'none',
    needsOperator: true,
  },
];

describe('the table of answers', () => {
  it.each(rows)('$what: $status is $code', ({ asked, status, body, headers, ...expected }) => {
    const error = thrown(asked, status, body, headers);
    expect(error.fault.code).toBe(expected.code);
    expect(error.fault.fix.length).toBeGreaterThan(20);
    if (expected.kind === 'rejected') {
      expect(error).toBeInstanceOf(Rejected);
      return;
    }
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({
      outcome: expected.kind,
      perhapsRecord: expected.perhapsRecord ?? false,
      needsOperator: expected.needsOperator ?? false,
    });
  });

  it('gives back the body of a success, null and false included', () => {
    expect(readAnswer(read, answer(200, '{"entity_id":7}'))).toEqual({ entity_id: '7' });
    expect(readAnswer(read, answer(200, 'false'))).toBe(false);
    expect(readAnswer(read, answer(200, 'null'))).toBeNull();
    expect(readAnswer(stock, answer(202, '[]'))).toEqual([]);
  });

  it('names the missing resource and the address of a redirect', () => {
    const scope = rows.find((row) => row.what === 'scope')!;
    expect(thrown(read, 401, scope.body).message).toContain('Magento_Sales::actions_view');
    expect(thrown(read, 302, '', { location: 'https://www.shop.de/login?x=1' }).fault.fix).toContain(
      'https://www.shop.de)',
    );
  });

  it('says how many items are allowed', () => {
    const error = thrown(stock, 400, rows.find((row) => row.what === 'too many items')!.body);
    expect(error).toBeInstanceOf(LimitExceeded);
    expect((error as LimitExceeded).maxItems).toBe(20);
  });

  it('reads Retry-After in seconds and as a date by the clock of the server', () => {
    const date = 'Mon, 23 Nov 2026 08:00:00 GMT';
    const retry = (value: string) =>
      (thrown(ship, 429, '', { 'retry-after': value, date }) as Unavailable).retryAfterMs;
    expect(retry('30')).toBe(30_000);
    expect(retry('Mon, 23 Nov 2026 08:02:00 GMT')).toBe(120_000);
    expect(retry('Mon, 23 Nov 2026 07:00:00 GMT')).toBe(0);
    expect(retry('soon')).toBeUndefined();
    expect((thrown(ship, 503, maintenance, html) as Unavailable).retryAfterMs).toBeUndefined();
  });

  it('counts a POST that only reads as without effect', () => {
    const asked = { ...stock, readsOnly: true };
    expect((thrown(asked, 502, '', html) as Unavailable).outcome).toBe('none');
  });

  it('takes only a missing entity for null', async () => {
    const reject = (body: string) => Promise.reject(thrown(read, 404, body));
    await expect(
      nullIfAbsent(reject(message('No such entity with %fieldName = %fieldValue'))),
    ).resolves.toBeNull();
    await expect(nullIfAbsent(reject(message('Request does not match any route.')))).rejects.toThrow(
      'route_missing',
    );
  });
});

describe('messages', () => {
  it('fills in lists and maps', () => {
    expect(fillIn('No such entity with %fieldName = %fieldValue', { fieldName: 'id', fieldValue: '7' })).toBe(
      'No such entity with id = 7',
    );
    expect(fillIn('Invalid attribute %fieldName = %fieldValue.', { '1': 'SKU', '2': 'NOPE' })).toBe(
      'Invalid attribute SKU = NOPE.',
    );
    expect(fillIn('100%1 of %2 %missing', { '1': 'a', '2': 'b' })).toBe('100a of b %missing');
  });

  it('joins nested errors, drops markup, line breaks and e-mail addresses', () => {
    const said = readMessage({
      message:
        'Validation Failed:\n <a href="http://127.0.0.1/admin/x/1/">"BND-1"</a> of jane.doe@example.com',
      errors: [{ message: '"%field" can not be empty.', parameters: { field: 'sku' } }],
    });
    expect(said?.text).toBe('Validation Failed: "BND-1" of (e-mail) "sku" can not be empty.');
    expect(readMessage([])).toBeNull();
    expect(readMessage({ message: 7 })).toBeNull();
  });
});
