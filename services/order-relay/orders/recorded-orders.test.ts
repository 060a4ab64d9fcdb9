/** Every recorded order is accepted, and every amount of its contract is what the shop said. */
import { describe, expect, it } from '@jest/globals';
import type { LineAmounts, Order, Totals } from '../../../schemas/types.ts';
import { orderOf } from './order.ts';
import { recordedTaxes, recordedTypes } from './testing/recorded-sets.ts';
import type { Said } from './testing/recorded-sets.ts';

const place = { instance: 'us', store: 'default', website: 'base' };

/** By floats, unlike the code that is tested: they are good for fifteen digits. */
const minorOf = (text: string | null | undefined, digits: number): number =>
  Math.round(Number((Number(text ?? 0) * 10 ** digits).toFixed(6)));

function totalsSaid(said: Said, prefix: '' | 'base_', digits: number): Partial<Totals> {
  const minor = (name: string) => minorOf(said[`${prefix}${name}`], digits);
  return {
    subtotalMinor: minor('subtotal'),
    subtotalInclTaxMinor: minor('subtotal_incl_tax'),
    discountShownMinor: Math.abs(minor('discount_amount')),
    shippingMinor: minor('shipping_amount'),
    shippingInclTaxMinor: minor('shipping_incl_tax'),
    shippingTaxMinor: minor('shipping_tax_amount'),
    shippingDiscountShownMinor: minor('shipping_discount_amount'),
    taxMinor: minor('tax_amount'),
    grandTotalMinor: minor('grand_total'),
    paidMinor: minor('total_paid'),
    dueMinor: minor('total_due'),
    refundedMinor: minor('total_refunded'),
    canceledMinor: minor('total_canceled'),
    invoicedMinor: minor('total_invoiced'),
  };
}

/** Of an item that bears its own amounts. */
function lineSaid(item: Said, prefix: '' | 'base_', digits: number): Partial<LineAmounts> {
  const minor = (name: string) => minorOf(item[`${prefix}${name}`], digits);
  return {
    unitPrice: Number(item[`${prefix}price`] ?? 0).toFixed(4),
    discountShownMinor: minor('discount_amount'),
    taxMinor: minor('tax_amount'),
    fixedProductTaxMinor: minorOf(
      item[prefix === '' ? 'weee_tax_applied_row_amount' : 'base_weee_tax_applied_row_amnt'],
      digits,
    ),
  };
}

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

function addsUp(order: Order): void {
  for (const totals of [order.totals, order.baseTotals]) {
    const amounts = order.lines.map((line) => (totals === order.totals ? line.amounts! : line.baseAmounts!));
    // Where the shop counts finer than the currency has digits, each part may be off by half a minor unit.
    const slack =
      totals.digits < 2 || order.lines.some(({ quantity }) => !quantity.endsWith('.0000')) ? 2 : 0;
    const fees = total(amounts.map((line) => line.fixedProductTaxMinor + line.fixedProductTaxTaxMinor));
    const worked =
      total(amounts.map((line) => line.rowTotalInclTaxMinor)) + fees + totals.shippingTotalInclTaxMinor!;
    expect(Math.abs(worked - totals.grandTotalMinor)).toBeLessThanOrEqual(slack);
    expect(Math.abs(totals.roundingMinor!)).toBeLessThanOrEqual(slack);
  }
}

const taxes = recordedTaxes();
const orders = [...taxes, ...recordedTypes()];

describe('every recorded order', () => {
  it('is one of 217', () => {
    expect(orders).toHaveLength(217);
  });

  it.each(orders.map((recorded) => [recorded.name, recorded] as const))('%s is exact', (_name, recorded) => {
    const order = orderOf(recorded.order, place);
    expect(order.problems).toEqual([]);
    expect(order.totals).toMatchObject(totalsSaid(recorded.said, '', order.totals.digits));
    expect(order.baseTotals).toMatchObject(totalsSaid(recorded.said, 'base_', order.baseTotals.digits));
    addsUp(order);
    for (const line of order.lines) {
      const item = recorded.saidItems.find(({ item_id }) => item_id === line.lineId)!;
      const isDynamicBundle = line.components.some(({ amounts }) => amounts.subtotalMinor !== 0);
      if (!isDynamicBundle) {
        expect(line.amounts).toMatchObject(lineSaid(item, '', order.totals.digits));
        expect(line.baseAmounts).toMatchObject(lineSaid(item, 'base_', order.baseTotals.digits));
      }
      expect(line.quantity).toBe(Number(item.qty_ordered).toFixed(4));
    }
    expect(total(order.taxes.map(({ amountMinor }) => amountMinor))).toBe(order.totals.taxMinor);
    expect(total(order.taxes.map(({ baseAmountMinor }) => baseAmountMinor))).toBe(order.baseTotals.taxMinor);
  });
});

describe('orders of every setting of taxes', () => {
  it.each(taxes.map((recorded) => [recorded.name, recorded] as const))(
    '%s: rows before discount are those of the shop’s table',
    (_name, { order: source, rows }) => {
      const { lines, totals } = orderOf(source, place);
      expect(lines.map(({ amounts }) => [amounts!.subtotalMinor, amounts!.subtotalInclTaxMinor])).toEqual(
        rows.map((row) => row.map((text) => minorOf(text, totals.digits))),
      );
      for (const { amounts } of lines) {
        const { subtotalMinor, discountMinor, rowTotalMinor, taxMinor, rowTotalInclTaxMinor } = amounts!;
        expect(rowTotalMinor).toBe(subtotalMinor - discountMinor);
        expect(rowTotalInclTaxMinor).toBe(rowTotalMinor + taxMinor);
      }
    },
  );

  it('tell their rounding, and whether prices include tax, or leave it open; never wrongly', () => {
    const told = taxes.map(({ order, config }) => ({ order: orderOf(order, place), config }));
    for (const { order, config } of told) {
      expect([config.rounding, null]).toContain(order.taxRounding);
      expect([config.pricesIncludeTax, null]).toContain(order.pricesIncludeTax);
    }
    expect(told.filter(({ order }) => order.taxRounding !== null).length).toBeGreaterThan(50);
    expect(told.filter(({ order }) => order.pricesIncludeTax !== null).length).toBeGreaterThan(100);
  });
});
