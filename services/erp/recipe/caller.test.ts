/** Real: what goes out for a call, and what its answer means. Double: the ERP, time. */
import { describe, expect, it } from '@jest/globals';
import { Unavailable, keepForeignText } from '../../platform/errors.ts';
import { Restart } from './faults.ts';
import { withCannedErp } from './testing/canned-erp.ts';
import type { Call } from './wire.ts';

const call = (asked: object, more: Partial<Call> = {}): Call => ({
  asked: {
    send: 'POST /orders',
    query: {},
    headers: {},
    body: undefined,
    form: undefined,
    call: undefined,
    ...asked,
  },
  place: 'orders.create',
  effect: 'writes',
  variables: {},
  ...more,
});

describe('what goes out', () => {
  it('is the call in the frame, under the path of the address', async () => {
    const { erp, caller } = withCannedErp({
      url: 'http://127.0.0.1/erp/',
      settings: { company: 'C' },
      secrets: { key: 'k' },
      session: { headers: { Authorization: '="token " & $secrets.key' } },
      request: { headers: { 'X-Company': '=$settings.company' }, query: { format: 'json' } },
    });
    const variables = { document: { id: 'A/1' } };
    await caller.call(
      call(
        { send: 'PUT /orders/{$document.id}', query: { a: '=$document.id' }, body: { b: [1] } },
        { variables },
      ),
    );
    expect(erp.calls).toEqual([
      {
        method: 'PUT',
        path: '/erp/orders/A%2F1?format=json&a=A%2F1',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-company': 'C',
          authorization: 'token k',
        },
        body: '{"b":[1]}',
        route: 'orders.create',
      },
    ]);
  });

  it('is what the frame puts around it', async () => {
    const { erp, caller } = withCannedErp({
      request: { send: 'POST /rpc/{$call.model}', body: { jsonrpc: '2.0', params: '=$call.args' } },
    });
    await caller.call(
      call({ send: undefined, call: { model: 'order', args: [['=$key']] } }, { variables: { key: 'K' } }),
    );
    expect(erp.calls[0]).toMatchObject({ path: '/rpc/order', body: '{"jsonrpc":"2.0","params":[["K"]]}' });
  });

  it('may be a form, and have no body at all', async () => {
    const { erp, caller } = withCannedErp();
    await caller.call(call({ form: { a: 'b c', d: '=$nothing' } }));
    await caller.call(call({ send: 'GET /orders' }));
    expect(erp.calls[0]).toMatchObject({
      body: 'a=b%20c',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(erp.calls[1]).not.toHaveProperty('body');
  });
});

describe('what an answer means', () => {
  const rules = [
    { when: '=body.error.code = "LOCK"', is: 'again' },
    { when: '=body.error.code = "DUP"', is: 'exists' },
    { when: '=status = 404', is: 'empty' },
    { when: '=body.error.code = "BUSY"', is: 'wait' },
    { when: '=body.error', is: 'rejected', text: '=body.error.message' },
  ];
  const said = async (answer: object, more: Partial<Call> = {}, answers: object[] = rules) => {
    const { erp, caller } = withCannedErp({ answers });
    erp.answer = () => answer;
    return caller.call(call({}, more)).catch((error: unknown) => error);
  };
  const error = (code: string) => ({ body: { error: { code, message: `no, Jane: ${code}` } } });

  it('is the first rule that fits, whatever the status', async () => {
    expect(await said(error('LOCK'))).toBeInstanceOf(Restart);
    expect(await said(error('DUP'))).toMatchObject({ is: 'exists' });
    expect(await said({ status: 404 })).toBeNull();
    expect(await said(error('BUSY'))).toMatchObject({ name: 'Unavailable', outcome: 'unknown' });
    expect(await said(error('OTHER'))).toMatchObject({
      name: 'Rejected',
      fault: { code: 'order.erp_refused' },
    });
    expect(await said({ body: { id: 1 } })).toMatchObject({ status: 200, body: { id: 1 } });
  });

  it.each<[number, object]>([
    [400, { name: 'Rejected' }],
    [403, { name: 'Rejected' }],
    [404, { name: 'Rejected' }],
    [409, { name: 'Rejected' }],
    [408, { name: 'Unavailable', outcome: 'unknown', perhapsRecord: true }],
    [429, { name: 'Unavailable', outcome: 'none', perhapsRecord: false }],
    [500, { name: 'Unavailable', outcome: 'unknown', perhapsRecord: true }],
    [302, { name: 'Unavailable', outcome: 'none', needsOperator: true }],
    [204, { status: 204 }],
  ])('without a rule %i is %p', async (status, meaning) => {
    expect(await said({ status }, {}, [])).toMatchObject(meaning);
  });

  it('of a question is never an unknown outcome, nor is what was never sent', async () => {
    expect(await said({ status: 500 }, { effect: 'reads' }, [])).toMatchObject({ outcome: 'none' });
    const { erp, caller } = withCannedErp();
    const fault = { code: 'http.deadline', what: 'no answer', fix: 'wait' };
    const failing = (effect: 'reads' | 'writes') =>
      caller.call(call({}, { effect })).catch((thrown: unknown) => thrown);
    erp.answer = () => new Unavailable(fault, { outcome: 'unknown', perhapsRecord: true });
    expect(await failing('reads')).toMatchObject({ outcome: 'none', perhapsRecord: true });
    // A button that is pressed by GET: the client cannot know what it does.
    erp.answer = () => new Unavailable(fault, { outcome: 'none', perhapsRecord: true });
    expect(await failing('writes')).toMatchObject({ outcome: 'unknown' });
    erp.answer = () => new Unavailable(fault, { outcome: 'none', perhapsRecord: false });
    expect(await failing('writes')).toMatchObject({ outcome: 'none' });
  });

  it('that is no JSON is a fault of the other side, of whatever status', async () => {
    const page = { headers: { 'content-type': 'text/html' }, body: '<html>Hello Jane</html>' };
    const thrown = (await said(page)) as Error;
    expect(thrown).toMatchObject({
      name: 'Unavailable',
      fault: { why: 'no JSON, but text of type text/html' },
    });
  });

  it('is told when to come again', async () => {
    expect(await said({ status: 503, headers: { 'retry-after': '7' } }, {}, [])).toMatchObject({
      retryAfterMs: 7_000,
    });
  });

  it('is repeated in words only where that is allowed; words of the recipe always are', async () => {
    expect(await said(error('OTHER'))).not.toMatchObject({ message: expect.stringContaining('Jane') });
    const own = [{ when: '=body.error', is: 'rejected', text: 'the customer is blocked' }];
    expect(await said(error('OTHER'), {}, own)).toMatchObject({ fault: { why: 'the customer is blocked' } });
    keepForeignText(true);
    try {
      expect(await said(error('OTHER'))).toMatchObject({ fault: { why: 'no, Jane: OTHER' } });
    } finally {
      keepForeignText(false);
    }
  });

  it('keeps whole numbers that a float would change', async () => {
    const { erp, caller } = withCannedErp();
    erp.answer = () => ({ body: '{"id": 9007199254740993, "total": 10.10, "small": 7, "big": 1e30}' });
    expect(await caller.call(call({}))).toMatchObject({
      body: { id: '9007199254740993', total: 10.1, small: 7, big: 1e30 },
    });
  });
});

describe('a warning', () => {
  const confirming = (allowed: string[]) =>
    withCannedErp({
      answers: [
        {
          when: '=body.warning',
          is: 'confirm',
          warning: '=body.warning',
          allowed,
          by: { send: 'POST /confirm/{$answer.body.ticket}' },
        },
      ],
    });

  it('that the recipe names is confirmed, and the call made again', async () => {
    const { erp, caller } = confirming(['credit']);
    let isConfirmed = false;
    erp.answer = ({ path }) => {
      isConfirmed ||= path === '/confirm/T%2F1';
      return isConfirmed ? { body: { id: 1 } } : { body: { warning: 'credit', ticket: 'T/1' } };
    };
    expect(await caller.call(call({}))).toMatchObject({ body: { id: 1 } });
    expect(erp.calls.map(({ path }) => path)).toEqual(['/orders', '/confirm/T%2F1', '/orders']);
  });

  it('that it does not name is a refusal, and so is one that comes again and again', async () => {
    const { erp, caller } = confirming(['credit']);
    erp.answer = () => ({ body: { warning: 'embargo', ticket: 'T' } });
    await expect(caller.call(call({}))).rejects.toMatchObject({ name: 'Rejected' });
    expect(erp.calls).toHaveLength(1);
    erp.answer = ({ path }) => (path === '/orders' ? { body: { warning: 'credit', ticket: 'T' } } : {});
    await expect(caller.call(call({}))).rejects.toMatchObject({ name: 'Rejected' });
    // Confirmed three times, each time called again.
    expect(erp.calls).toHaveLength(1 + 1 + 3 * 2);
  });
});

describe('a preview', () => {
  it('masks what is secret, derived or not', async () => {
    const { erp, caller } = withCannedErp({
      secrets: { user: 'cartage', password: 's3cret' },
      session: {
        open: { send: 'POST /login', body: { password: '=$secrets.password' } },
        headers: { cookie: '=$session.token' },
      },
    });
    erp.answer = () => ({ body: { token: 't0ken' } });
    const request = await caller.preview(
      call({
        body: { p: '=$secrets.password', q: '=$base64encode($secrets.password)', t: '=$session.token' },
      }),
    );
    expect(request).toMatchObject({ headers: { cookie: '***' }, body: expect.stringContaining('"p":"***"') });
    const sent = JSON.stringify(request);
    for (const secret of ['s3cret', 't0ken', Buffer.from('s3cret').toString('base64')])
      expect(sent).not.toContain(secret);
  });
});
