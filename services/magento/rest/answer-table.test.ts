import { describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { readAnswer } from './answers.ts';
import type { Asked } from './answers.ts';
import { answer } from '../testing/canned-shop.ts';

// The bodies are excerpts of what a real Magento 2.4.7 answered (FACTS sections 1, 3, 4, 6, 7, 10); those of
// firewalls, caches and redirects are written by us, because no Magento gives them.
const asked = {
  ship: { method: 'POST', route: 'POST order/:id/ship', path: '/rest/V1/order/1/ship' },
  stock: { method: 'POST', route: 'POST inventory/source-items', path: '/rest/V1/inventory/source-items' },
  product: { method: 'PUT', route: 'PUT products', path: '/rest/all/V1/products/A' },
  order: { method: 'GET', route: 'GET orders/:id', path: '/rest/V1/orders/1' },
  slash: { method: 'GET', route: 'GET products/:sku', path: '/rest/V1/products/A%2FB' },
  salable: {
    method: 'GET',
    route: 'GET inventory/get-product-salable-quantity',
    path: '/rest/V1/inventory/x',
  },
} satisfies Record<string, Asked>;
type Call = keyof typeof asked;
type Row = [call: Call, status: number, body: string, code: string, meaning: string];

/** `meaning`: rejected, or Unavailable with its outcome and flags. */
function meaningOf(call: Call, status: number, body: string, contentType: string): [string, string] {
  try {
    readAnswer(asked[call], answer(status, body, { 'content-type': contentType }));
  } catch (error) {
    if (error instanceof Rejected) return [error.fault.code, 'rejected'];
    if (!(error instanceof Unavailable)) throw error;
    expect(error.fault.fix.length).toBeGreaterThan(20);
    const flags = [error.perhapsRecord && 'perhaps record', error.needsOperator && 'operator'];
    return [error.fault.code, [error.outcome, ...flags.filter(Boolean)].join(', ')];
  }
  return ['', 'success'];
}

describe('pages, which Magento did not mean for us', () => {
  it.each<Row>([
    ['ship', 503, '<title>Error 503: Service Unavailable</title>', 'magento.maintenance', 'none'],
    ['ship', 503, '<title>503 Backend fetch failed</title>', 'magento.gateway', 'unknown, perhaps record'],
    ['ship', 502, '<title>502 Bad Gateway</title>', 'magento.gateway', 'unknown, perhaps record'],
    ['order', 504, '', 'magento.gateway', 'none, perhaps record'],
    ['stock', 413, '<title>413 Request Entity Too Large</title>', 'magento.request_too_large', 'rejected'],
    ['order', 414, '<title>414 Request-URI Too Large</title>', 'magento.url_too_long', 'rejected'],
    [
      'product',
      403,
      '<title>Access denied</title>',
      'magento.edge_blocked',
      'none, perhaps record, operator',
    ],
    ['ship', 429, '', 'magento.throttled', 'none'],
    ['order', 301, '', 'magento.redirected', 'none, operator'],
    ['order', 404, '<title>404 Not Found</title>', 'magento.not_rest', 'none, operator'],
    ['slash', 404, '<title>404 Not Found</title>', 'magento.not_rest', 'none, perhaps record, operator'],
    ['ship', 200, '<title>Just a moment</title>', 'magento.not_json', 'unknown, perhaps record'],
    [
      'ship',
      500,
      '<title>There has been an error</title>',
      'magento.internal_error',
      'unknown, perhaps record',
    ],
  ])('%s, %i, %s: %s', (call, status, body, code, meaning) => {
    expect(meaningOf(call, status, body, 'text/html; charset=UTF-8')).toEqual([code, meaning]);
  });
});

describe('text/plain: PHP died before it could answer', () => {
  const words = 'An error has happened during application run. See exception log for details.\n';
  const page = `<!doctype html>\n<title>There has been an error</title> <base href="${words}`;
  it.each<Row>([
    ['salable', 500, words, 'magento.sku_unknown', 'rejected'],
    ['salable', 500, page, 'magento.internal_error', 'none, perhaps record'],
    ['product', 500, words, 'magento.internal_error', 'unknown, perhaps record'],
    ['stock', 500, page, 'magento.internal_error', 'unknown, perhaps record'],
  ])('%s, %i, %s: %s', (call, status, body, code, meaning) => {
    expect(meaningOf(call, status, body, 'text/plain;charset=UTF-8')).toEqual([code, meaning]);
  });
});

describe('JSON of Magento', () => {
  const internal =
    'Internal Error. Details are available in Magento log file. Report ID: webapi-6b03f488c9831';
  const lock = '{"message":"Database lock wait timeout exceeded","code":1205}';
  const limit = '{"message":"Maximum items of type \\"%type\\" is %max","parameters":{"type":"X","max":20}}';
  const field = (name: string) =>
    `{"message":"\\"%fieldName\\" is required.","parameters":{"fieldName":"${name}"}}`;
  const several = `{"message":"One or more input exceptions have occurred.","errors":[${field('oauth_nonce')}]}`;
  const scope = `{"message":"The consumer isn't authorized to access %resources.","parameters":{"resources":"A::b"}}`;
  const said = (text: string) => JSON.stringify({ message: text });
  it.each<Row>([
    ['ship', 500, said(internal), 'magento.internal_error', 'unknown, perhaps record'],
    ['order', 500, said(internal), 'magento.internal_error', 'none, perhaps record'],
    ['stock', 400, said('Could not save Source Item'), 'magento.could_not_save', 'none, perhaps record'],
    [
      'ship',
      400,
      said('Could not save a shipment, see error log for details'),
      'magento.could_not_save',
      'none, perhaps record',
    ],
    [
      'ship',
      400,
      said('Could not save the shipment tracking.'),
      'magento.could_not_save',
      'none, perhaps record',
    ],
    [
      'product',
      400,
      said('The product was unable to be saved. Please try again.'),
      'magento.could_not_save',
      'none, perhaps record',
    ],
    ['product', 400, said('Could not save category: %1'), 'magento.refused', 'rejected'],
    ['product', 400, lock, 'magento.database_lock', 'none'],
    ['stock', 400, limit, 'magento.limit_exceeded', 'rejected'],
    ['stock', 400, said('Validation Failed: "quantity" should be numeric.'), 'magento.refused', 'rejected'],
    ['product', 400, field('product'), 'magento.refused', 'rejected'],
    [
      'order',
      404,
      said("The entity that was requested doesn't exist. Verify the entity and try again."),
      'magento.not_found',
      'rejected',
    ],
    ['stock', 404, said('Request does not match any route.'), 'magento.route_missing', 'none, operator'],
    ['order', 404, said('no Route'), 'magento.not_rest', 'none, perhaps record, operator'],
    ['ship', 404, '{"status":404}', 'magento.not_rest', 'none, perhaps record, operator'],
    ['order', 400, said('Specified request cannot be processed.'), 'magento.store_unknown', 'none, operator'],
    ['product', 405, said('The PUT HTTP method is not supported.'), 'magento.verb_refused', 'none, operator'],
    ['product', 403, '{"error":"blocked"}', 'magento.edge_blocked', 'none, perhaps record, operator'],
    ['order', 200, '{"items":[', 'magento.not_json', 'none, perhaps record'],
    [
      'ship',
      401,
      said('The signature is invalid. Verify and try again.'),
      'magento.signature_invalid',
      'none, operator',
    ],
    [
      'ship',
      401,
      said('A consumer having the specified key does not exist'),
      'magento.consumer_unknown',
      'none, operator',
    ],
    [
      'ship',
      401,
      said('Consumer key is not the correct length'),
      'magento.consumer_malformed',
      'none, operator',
    ],
    ['ship', 401, said('Specified token does not exist'), 'magento.token_unknown', 'none, operator'],
    [
      'ship',
      401,
      said('Token is not associated with the specified consumer'),
      'magento.token_foreign',
      'none, operator',
    ],
    [
      'ship',
      400,
      said('The token length is invalid. Check the length and try again.'),
      'magento.token_malformed',
      'none, operator',
    ],
    ['ship', 400, said('Signature method %1 is not supported'), 'magento.signature_method', 'none, operator'],
    ['ship', 401, said('An error occurred validating the nonce'), 'magento.clock_ahead', 'none, operator'],
    [
      'ship',
      401,
      said('The nonce is already being used by the consumer with ID %1'),
      'magento.nonce_replayed',
      'none',
    ],
    ['order', 401, scope, 'magento.scope_missing', 'none, operator'],
    ['ship', 400, field('oauth_nonce'), 'magento.oauth_stripped', 'none, operator'],
    ['ship', 400, several, 'magento.oauth_stripped', 'none, operator'],
    ['ship', 401, said('The account sign-in was incorrect'), 'magento.unauthorized', 'none, operator'],
    ['stock', 200, '[]', '', 'success'],
    ['ship', 202, 'null', '', 'success'],
  ])('%s, %i, %s: %s', (call, status, body, code, meaning) => {
    expect(meaningOf(call, status, body, 'application/json; charset=utf-8')).toEqual([code, meaning]);
  });
});

describe('what an operator is told to do', () => {
  const fixOf = (call: Call, status: number, body: object, headers: Record<string, string> = {}): string => {
    try {
      readAnswer(asked[call], answer(status, JSON.stringify(body), headers));
    } catch (error) {
      return (error as Unavailable).fault.fix;
    }
    throw new Error('it was a success');
  };

  it.each<[Call, string, string]>([
    ['stock', 'Could not save Source Item', 'every source code'],
    ['ship', 'Could not save a shipment, see error log for details', 'holds the quantity'],
    ['product', 'The product was unable to be saved. Please try again.', 'website ids'],
    ['order', 'Could not save it', 'See the log of the shop for the cause'],
  ])('of a %s that could not be saved hangs on what it was', (call, message, fix) => {
    expect(fixOf(call, 400, { message })).toContain(fix);
  });

  it('names the right that is missing, where the shop names it, and the address of a redirect', () => {
    const message = "The consumer isn't authorized to access %resources.";
    const parameters = { resources: 'Magento_Sales::ship' };
    expect(fixOf('ship', 401, { message, parameters })).toContain('the resource Magento_Sales::ship,');
    expect(fixOf('ship', 401, { message })).toContain('the resource (not named),');
    expect(fixOf('ship', 301, {}, { location: 'https://www.example.com/x?y' })).toContain(
      '(https://www.example.com)',
    );
    for (const headers of [{}, { location: '/elsewhere' }] as Record<string, string>[])
      expect(fixOf('ship', 301, {}, headers)).toContain('which it did not name');
  });
});
