import { expect, it } from '@jest/globals';
import { recordedTaxes } from './testing/recorded-sets.ts';
import { currencyDigits } from '../../platform/currency.ts';
import { orderOf } from './order.ts';

it.each([
  ['USD', 2],
  ['JPY', 0],
  ['KWD', 3],
  // Well formed, and nobody's; and not even that.
  ['XQZ', 2],
  ['POINTS', 2],
  ['', 2],
])('%s has the minor units of %i digits', (code, digits) => {
  expect([currencyDigits(code), currencyDigits(code)]).toEqual([digits, digits]);
});

it('an order says its money in those of its own currency, and in those of the website’s', () => {
  const place = { instance: 'us', store: 'default', website: 'base' };
  const inYen = recordedTaxes().filter(({ order }) => order.order_currency_code === 'JPY');
  expect(inYen.length).toBeGreaterThan(0);
  for (const { order: source } of inYen) {
    const { totals, baseTotals } = orderOf(source, place);
    expect(totals).toMatchObject({ currency: 'JPY', digits: 0 });
    expect(totals.grandTotalMinor).toBe(Math.round(Number(source.grand_total)));
    expect(baseTotals).toMatchObject({ currency: 'USD', digits: 2 });
    expect(baseTotals.grandTotalMinor).toBe(Math.round(Number(source.base_grand_total) * 100));
  }
});
