import { describe, expect, it } from '@jest/globals';
import { Held } from '../platform/errors.ts';
import { whyNotDue } from './due.ts';

const payments = {
  checkmo: { dueFrom: ['new'] },
  braintree: { dueFrom: ['processing'] },
  review: { dueFrom: ['payment_review', 'processing'] },
};
const due = (paymentMethod: string, state: string) => whyNotDue({ paymentMethod, state }, payments) === null;

describe('whyNotDue', () => {
  it.each([
    ['checkmo', 'new', true],
    ['checkmo', 'processing', true],
    ['checkmo', 'complete', true],
    ['checkmo', 'pending_payment', false],
    ['braintree', 'new', false],
    ['braintree', 'pending_payment', false],
    ['braintree', 'payment_review', false],
    ['braintree', 'processing', true],
    ['braintree', 'complete', true],
    ['review', 'payment_review', true],
  ])('%s in state %s: %s', (method, state, expected) => {
    expect(due(method, state)).toBe(expected);
  });

  it.each(['canceled', 'closed', 'holded'])('never in state %s, whatever the method', (state) => {
    expect(due('checkmo', state)).toBe(false);
    expect(due('unknown', state)).toBe(false);
  });

  it('holds an unknown method and says what to add', () => {
    const attempt = () => whyNotDue({ paymentMethod: 'paypal_express', state: 'new' }, payments);
    expect(attempt).toThrow(Held);
    expect(attempt).toThrow('"paypal_express": { dueFrom: [processing], codes: { … } }');
    expect(() => due('constructor', 'new')).toThrow(Held);
  });

  it('holds a state that is none of Magento’s', () => {
    expect(() => due('braintree', 'picking')).toThrow('order.state_unknown');
  });
});
