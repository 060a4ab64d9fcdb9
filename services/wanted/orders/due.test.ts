import { describe, expect, it } from '@jest/globals';
import { Held } from '../../platform/errors.ts';
import type { Totals } from '../../../schemas/types.ts';
import { whyNotDue } from './due.ts';

const payments = {
  checkmo: { dueFrom: ['new'] },
  braintree: { dueFrom: ['processing'] },
  review: { dueFrom: ['payment_review', 'processing'] },
  done: { dueFrom: ['complete'] },
  odd: { dueFrom: ['picking'] },
};
const totals = { currency: 'EUR', digits: 2, grandTotalMinor: 3_487, paidMinor: 0 } as Totals;
const due = (paymentMethod: string, state: string) =>
  whyNotDue({ paymentMethod, state, totals }, payments) === null;

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
    ['done', 'processing', false],
    ['done', 'complete', true],
    ['odd', 'complete', false],
  ])('%s in state %s: %s', (method, state, expected) => {
    expect(due(method, state)).toBe(expected);
  });

  it.each(['canceled', 'closed', 'holded'])('never in state %s, whatever the method', (state) => {
    expect(due('checkmo', state)).toBe(false);
    expect(due('unknown', state)).toBe(false);
  });

  it('holds an unknown method and says what to add', () => {
    const attempt = () => whyNotDue({ paymentMethod: 'paypal_express', state: 'new', totals }, payments);
    expect(attempt).toThrow(Held);
    expect(attempt).toThrow('"paypal_express": { dueFrom: [processing], codes: { … } }');
    expect(() => due('constructor', 'new')).toThrow(Held);
  });

  it.each<[number | null, string, string | null]>([
    [0, 'processing', 'not due before it is paid (card): 0.00 of 34.87 EUR'],
    [null, 'processing', 'not due before it is paid (card): 0.00 of 34.87 EUR'],
    [3_486, 'complete', 'not due before it is paid (card): 34.86 of 34.87 EUR'],
    [3_487, 'processing', null],
    [3_487, 'new', 'not due in state new: card is due from processing'],
  ])('where it must be paid: %s of 34.87 in state %s', (paidMinor, state, why) => {
    const card = { card: { dueFrom: ['processing'], paid: true } };
    const order = { paymentMethod: 'card', state, totals: { ...totals, paidMinor } };
    expect(whyNotDue(order, card)).toBe(why);
  });

  it('takes an order of nothing for paid', () => {
    const free = { free: { dueFrom: ['new'], paid: true } };
    const order = { paymentMethod: 'free', state: 'new', totals: { ...totals, grandTotalMinor: 0 } };
    expect(whyNotDue(order, free)).toBeNull();
  });

  it('holds a state that is none of Magento’s', () => {
    expect(() => due('braintree', 'picking')).toThrow('order.state_unknown');
  });
});
