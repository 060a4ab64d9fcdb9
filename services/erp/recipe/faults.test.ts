import { describe, expect, it } from '@jest/globals';
import type { Answer } from './answer.ts';
import { Restart, logInFault, refused, restartsInVain, sessionFault, waitFault } from './faults.ts';

const answer = (more: Partial<Answer> = {}): Answer => ({
  status: 400,
  headers: {},
  text: '',
  body: undefined,
  result: undefined,
  ...more,
});

describe('an answer that waits', () => {
  it.each<[number, 'reads' | 'writes', object]>([
    [
      500,
      'writes',
      { outcome: 'unknown', perhapsRecord: true, needsOperator: false, code: 'erp.unavailable' },
    ],
    [500, 'reads', { outcome: 'none', perhapsRecord: true, needsOperator: false, code: 'erp.unavailable' }],
    [429, 'writes', { outcome: 'none', perhapsRecord: false, needsOperator: false, code: 'erp.unavailable' }],
    [300, 'writes', { outcome: 'none', perhapsRecord: true, needsOperator: true, code: 'erp.redirected' }],
    [399, 'writes', { outcome: 'none', perhapsRecord: true, needsOperator: true, code: 'erp.redirected' }],
    [
      299,
      'writes',
      { outcome: 'unknown', perhapsRecord: true, needsOperator: false, code: 'erp.unavailable' },
    ],
  ])('%d to a call that %s', (status, effect, { code, ...rest }: { code?: string }) => {
    const fault = waitFault(answer({ status }), 'orders.create', effect);
    expect(fault).toMatchObject({
      ...rest,
      fault: { code, what: `The ERP answered ${status} to "orders.create"` },
    });
    expect(fault.retryAfterMs).toBeUndefined();
  });
});

describe('a refusal', () => {
  it.each<[Partial<Answer>, string]>([
    [{ text: '  ' }, 'an empty answer'],
    [{ text: 'Hi Jane', headers: { 'content-type': 'text/html' } }, 'no JSON, but text of type text/html'],
    [{ text: 'Hi Jane' }, 'no JSON, but text of type unknown'],
  ])('says how the answer looked where the recipe has no words: %j', (given, why) => {
    expect(refused(answer(given), 'orders.create', undefined).fault).toMatchObject({
      code: 'order.erp_refused',
      why,
    });
  });

  it('repeats words of the recipe, and none of the ERP', () => {
    expect(refused(answer(), 'customers.create', 'is blocked').fault).toMatchObject({
      code: 'customer.erp_refused',
      why: 'is blocked',
    });
    const { why } = refused(answer({ text: '{"a":"Jane"}', body: {} }), 'orders.create', undefined).fault;
    expect(why).not.toMatch(/Jane|no JSON|empty/);
  });
});

it('the same answer at each new beginning is a lock, or something that the look-up does not see', () => {
  expect(restartsInVain(new Restart('again', 'orders.create'), 5)).toMatchObject({
    name: 'Unavailable',
    perhapsRecord: true,
    fault: { code: 'erp.locked', what: expect.stringContaining('5 times to call "orders.create"') },
  });
  expect(restartsInVain(new Restart('exists', 'customers.create'), 5)).toMatchObject({
    name: 'Rejected',
    fault: { code: 'customer.exists_unseen' },
  });
});

it('a session that is refused, and a log-in, have codes of their own', () => {
  expect(sessionFault(answer({ status: 401 }), 'orders.lookup')).toMatchObject({
    code: 'erp.session',
    what: expect.stringContaining('(401)'),
  });
  expect(logInFault('session.open', 'it answered 403')).toMatchObject({
    code: 'erp.log_in',
    why: 'it answered 403',
  });
});
