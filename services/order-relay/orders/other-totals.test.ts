/** Totals that modules add: of Adobe Commerce by name, of others by what the shop's own equations lack. */
import { describe, expect, it } from '@jest/globals';
import { orderOf } from './order.ts';
import { recordedOrder } from './testing/recorded-orders.ts';

const place = { instance: 'us', store: 'default', website: 'base' };

/** An order of 33.79 with other totals, in one currency. @param change What they add to the grand total. */
function orderWith(members: Record<string, string>, change: number) {
  const source = recordedOrder('simple');
  const grandTotal = (33.79 + change).toFixed(2);
  Object.assign(source.extension_attributes, members);
  return orderOf({ ...source, grand_total: grandTotal, base_grand_total: grandTotal }, place);
}

const both = (name: string, amount: string) => ({ [name]: amount, [`base_${name}`]: amount });

describe('what is paid otherwise is a total of its own', () => {
  it.each([
    ['gift_cards_amount', { giftCardMinor: 2000 }],
    ['customer_balance_amount', { storeCreditMinor: 2000 }],
    ['reward_currency_amount', { rewardPointsMinor: 2000 }],
  ])('%s', (name, expected) => {
    const order = orderWith(both(name, '20'), -20);
    expect(order.problems).toEqual([]);
    expect(order.totals).toMatchObject({ ...expected, grandTotalMinor: 1379, roundingMinor: 0, others: [] });
    expect(order.baseTotals).toMatchObject(expected);
  });

  it('all of them together', () => {
    const members = {
      ...both('gift_cards_amount', '10'),
      ...both('customer_balance_amount', '5.5'),
      ...both('reward_currency_amount', '0.29'),
    };
    const order = orderWith(members, -15.79);
    expect(order.problems).toEqual([]);
    expect(order.totals).toMatchObject({ grandTotalMinor: 1800, roundingMinor: 0 });
  });
});

describe('what is paid besides is listed', () => {
  it('gift wrapping', () => {
    const members = { gw_price: '3', gw_base_price: '3', gw_items_price: '1.5', gw_items_base_price: '1.5' };
    const order = orderWith(members, 4.5);
    expect(order.problems).toEqual([]);
    expect(order.totals.others).toEqual([{ code: 'gift_wrapping', amountMinor: 450 }]);
  });

  it('a payment fee, by the name that its module gave it', () => {
    const order = orderWith({ ...both('payment_fee', '2.5'), ...both('payment_fee_incl_tax', '2.5') }, 2.5);
    expect(order.problems).toEqual([]);
    expect(order.totals.others).toEqual([{ code: 'payment_fee', amountMinor: 250 }]);
    expect(order.totals.roundingMinor).toBe(0);
  });

  it('a total that is taken off, though its module says it without a sign', () => {
    const order = orderWith(both('loyalty_amount', '4'), -4);
    expect(order.totals.others).toEqual([{ code: 'loyalty_amount', amountMinor: -400 }]);
  });

  it('in each currency its own', () => {
    const source = recordedOrder('simple');
    source.order_currency_code = 'EUR';
    Object.assign(source.extension_attributes, { fee: '2', base_fee: '2.2' });
    const order = orderOf({ ...source, grand_total: '35.79', base_grand_total: '35.99' }, place);
    expect(order.problems).toEqual([]);
    expect(order.totals.others).toEqual([{ code: 'fee', amountMinor: 200 }]);
    expect(order.baseTotals.others).toEqual([{ code: 'fee', amountMinor: 220 }]);
  });
});

describe('a difference that no total explains', () => {
  it('is told with the equation, both numbers, and what extensions have added', () => {
    const order = orderWith(both('payment_fee', '2.5'), 1.25);
    expect(order.problems).toEqual([
      {
        code: 'order.totals_differ',
        detail:
          'grand_total: subtotal - discount + shipping + tax + known other totals come to 33.7900 USD, the shop says 35.0400 (1.2500 is not explained); extensions have added payment_fee 2.5000',
      },
    ]);
  });

  it('is not explained by a total of one currency alone', () => {
    const source = recordedOrder('simple');
    Object.assign(source.extension_attributes, { fee: '2', base_fee: '3' });
    const order = orderOf({ ...source, grand_total: '35.79', base_grand_total: '35.79' }, place);
    expect(order.problems).toHaveLength(1);
  });

  it('may be a tax: of a fee, say', () => {
    const source = recordedOrder('simple');
    Object.assign(source.extension_attributes, both('payment_fee_tax', '0.48'), both('payment_fee', '2.5'));
    const amounts = {
      tax_amount: '2.29',
      base_tax_amount: '2.29',
      grand_total: '36.77',
      base_grand_total: '36.77',
    };
    expect(orderOf({ ...source, ...amounts }, place).problems).toEqual([]);
  });
});
