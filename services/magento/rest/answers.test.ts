import { describe, expect, it } from '@jest/globals';
import type { Rejected, Unavailable } from '../../platform/errors.ts';
import { LimitExceeded, nullIfAbsent, readAnswer } from './answers.ts';
import type { Asked } from './answers.ts';
import { answer } from '../testing/canned-shop.ts';
import { fillIn, readMessage } from './messages.ts';

const stock: Asked = {
  method: 'POST',
  route: 'POST inventory/source-items',
  path: '/rest/V1/inventory/source-items',
};
const read: Asked = { method: 'GET', route: 'GET orders/:id', path: '/rest/V1/orders/1' };

function thrown(asked: Asked, status: number, body: string, headers?: Record<string, string>) {
  try {
    readAnswer(asked, answer(status, body, headers));
  } catch (error) {
    return error as Rejected | Unavailable;
  }
  throw new Error('nothing was thrown');
}

describe('an answer', () => {
  it('gives back the body of a success, null and false included', () => {
    expect(readAnswer(read, answer(200, '{"entity_id":7}'))).toEqual({ entity_id: '7' });
    expect(readAnswer(read, answer(200, 'false'))).toBe(false);
    expect(readAnswer(read, answer(200, 'null'))).toBeNull();
  });

  it('is read behind a byte order mark, which a file of an extension may have put there', () => {
    expect(readAnswer(read, answer(200, '\uFEFF\uFEFF{"entity_id":7}'))).toEqual({ entity_id: '7' });
  });

  it('of a cache is none of the shop: what it says of a document may be old, that there is none too', () => {
    const cached = { needsOperator: true, fault: { code: 'magento.cached' } };
    expect(thrown(read, 200, '{"items":[],"total_count":0}', { age: '30' })).toMatchObject(cached);
    expect(thrown(read, 404, '{"message":"No such entity."}', { age: '30' })).toMatchObject(cached);
    // What was only passed on is said to be new, a second of rounding apart.
    for (const age of ['0', '1', '']) expect(readAnswer(read, answer(200, '[]', { age }))).toEqual([]);
  });

  it('names the missing resource and the address of a redirect', () => {
    const scope = `{"message":"The consumer isn't authorized to access %resources.","parameters":{"resources":"Magento_Sales::ship"}}`;
    const { fault } = thrown(read, 401, scope);
    expect([fault.fix, fault.why]).toEqual([
      expect.stringContaining('the resource Magento_Sales::ship'),
      "The consumer isn't authorized to access Magento_Sales::ship.",
    ]);
    const moved = thrown(read, 302, '', { location: 'https://www.shop.de/login?session=1' });
    expect(moved.fault.fix).toContain('(https://www.shop.de)');
  });

  it('repeats nothing of a body that may be an order', () => {
    const cut = thrown(read, 200, '{"customer_email":"jane@example.com","customer_firstname":"Jane"');
    expect(cut.fault.why).toBe('broken JSON of 64 characters');
    const other = thrown(read, 500, '{"customer_firstname":"Jane"}');
    expect(other.fault.why).toBe('JSON without a message of 29 characters');
    const text = thrown(read, 500, 'no mail to jane@example.com', { 'content-type': 'text/plain' });
    expect(text.fault.why).toBe('text of type text/plain, its words are left out, see telemetry.foreignText');
    const page = thrown(read, 502, '<title>502 Bad Gateway</title>', { 'content-type': 'text/html' });
    expect(page.fault.why).toBe('502 Bad Gateway');
  });

  it('says how many items are allowed', () => {
    const error = thrown(
      stock,
      400,
      '{"message":"Maximum items of type \\"%type\\" is %max","parameters":{"type":"X","max":20}}',
    );
    expect(error).toBeInstanceOf(LimitExceeded);
    expect((error as LimitExceeded).maxItems).toBe(20);
  });

  it('reads Retry-After in seconds, and as a date by the clock of the server', () => {
    const date = 'Mon, 23 Nov 2026 08:00:00 GMT';
    const retry = (value: string) =>
      (thrown(stock, 429, '', { 'retry-after': value, date }) as Unavailable).retryAfterMs;
    expect(retry('30')).toBe(30_000);
    expect(retry('Mon, 23 Nov 2026 08:02:00 GMT')).toBe(120_000);
    expect(retry('Mon, 23 Nov 2026 07:00:00 GMT')).toBe(0);
    expect(retry('86400')).toBe(900_000);
    expect(retry('Thu, 01 Jan 2099 00:00:00 GMT')).toBe(900_000);
    expect(retry('soon')).toBeUndefined();
    expect((thrown(stock, 429, '') as Unavailable).retryAfterMs).toBeUndefined();
  });

  it('to a POST that only reads leaves nothing unknown', () => {
    expect((thrown(stock, 502, '') as Unavailable).outcome).toBe('unknown');
    expect((thrown({ ...stock, readsOnly: true }, 502, '') as Unavailable).outcome).toBe('none');
  });

  it('is null only for a missing entity', async () => {
    const reject = (body: string) => Promise.reject(thrown(read, 404, body));
    await expect(
      nullIfAbsent(reject('{"message":"No such entity with %fieldName = %fieldValue"}')),
    ).resolves.toBeNull();
    const route = nullIfAbsent(reject('{"message":"Request does not match any route."}'));
    await expect(route).rejects.toThrow('route_missing');
    // Of an API gateway whose route to the shop is away for a moment.
    const gateway = nullIfAbsent(reject('{"message":"no Route matched with those values"}'));
    await expect(gateway).rejects.toThrow('not_rest');
  });
});

describe('messages', () => {
  it('are filled in from lists and maps', () => {
    const map = { fieldName: 'id', fieldValue: '7' };
    expect(fillIn('No such entity with %fieldName = %fieldValue', map)).toBe('No such entity with id = 7');
    const list = { '1': 'SKU', '2': 'NOPE' };
    expect(fillIn('Invalid attribute %fieldName = %fieldValue.', list)).toBe('Invalid attribute SKU = NOPE.');
    expect(fillIn('100%1 of %2 %missing', { '1': 'a', '2': 'b' })).toBe('100a of b %missing');
  });

  it('join nested errors, and lose markup, line breaks and e-mail addresses', () => {
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
