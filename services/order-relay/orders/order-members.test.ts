/** What of a recorded order stands where in its contract: product types, options, people, papers. */
import { describe, expect, it } from '@jest/globals';
import type { OrderLine } from '../../../schemas/types.ts';
import { magentoOrder } from '../../magento/order-shape.ts';
import { orderOf } from './order.ts';
import { recordedType } from './testing/recorded-sets.ts';

const place = { instance: 'us', store: 'default', website: 'base' };
const read = (name: string) => orderOf(recordedType(name), place);
const parts = ({ components }: OrderLine) =>
  components.map(({ sku, quantity, amounts }) => [sku, quantity, amounts.rowTotalInclTaxMinor]);

describe('lines of each product type', () => {
  it('configurable: once, its variant as a part that costs nothing by itself', () => {
    const [line] = read('configurable_two_attributes').lines;
    expect(line).toMatchObject({ sku: 'CF2-RED-L', productType: 'configurable', quantity: '2.0000' });
    expect(parts(line!)).toEqual([['CF2-RED-L', '2.0000', 0]]);
    expect(line!.options).toMatchObject([
      { kind: 'configurable', optionId: '139', values: ['6'], quantity: null },
      { kind: 'configurable', optionId: '137', values: ['5'], quantity: null },
    ]);
  });

  it('bundle with a dynamic price: what it is worth is what its parts are worth', () => {
    const [line] = read('bundle_dynamic_separately').lines;
    expect(line).toMatchObject({ sku: 'BD-SEP', productType: 'bundle', quantity: '2.0000' });
    const worth = parts(line!).map(([, , amount]) => Number(amount));
    expect(worth.every((amount) => amount > 0)).toBe(true);
    expect(worth.reduce((sum, amount) => sum + amount, 0)).toBe(line!.amounts!.rowTotalInclTaxMinor);
    expect(line!.options.map(({ kind, values, quantity }) => [kind, values, quantity])).toEqual([
      ['bundle', ['7'], '1.0000'],
      ['bundle', ['8'], '1.0000'],
    ]);
  });

  it('bundle with a fixed price: the price is its own', () => {
    const [line] = read('bundle_fixed_together').lines;
    expect(parts(line!).map(([, , amount]) => amount)).toEqual([0, 0]);
    expect(line!.amounts!.rowTotalInclTaxMinor).toBeGreaterThan(0);
  });

  it('grouped: one line for each part', () => {
    const { lines } = read('grouped');
    expect(lines.map(({ productType, components }) => [productType, components])).toEqual([
      ['grouped', []],
      ['grouped', []],
    ]);
  });

  it('downloadable and virtual: nothing to ship, the links that were bought', () => {
    const order = read('downloadable');
    expect(order).toMatchObject({ isVirtual: true, shippingAddress: null, shippingMethod: null });
    expect(order.lines[0]).toMatchObject({ isVirtual: true, productType: 'downloadable' });
    expect(order.lines[0]!.options).toMatchObject([
      { kind: 'downloadable', optionId: '', values: ['1', '2'], quantity: null },
    ]);
  });

  it('custom options: what was typed and chosen, and a SKU that is no longer the product’s', () => {
    const [line] = read('custom_options').lines;
    expect(line).toMatchObject({ sku: 'OP2-ENG-GOLD-BOX-', productId: expect.any(Number) });
    expect(line!.options.map(({ kind, optionId, values }) => [kind, optionId, values])).toEqual([
      ['custom', '2', ['Für Łódź "A&B" <x>']],
      ['custom', '3', ['3']],
      ['custom', '4', ['4,5']],
      ['custom', '5', ['2026-12-24 00:00:00']],
    ]);
  });

  it('one product twice with other options: two lines', () => {
    const { lines } = read('custom_options_twice');
    expect(new Set(lines.map(({ productId }) => productId)).size).toBe(1);
    expect(lines).toHaveLength(2);
  });

  it('decimal quantities: four places', () => {
    expect(read('decimal_qty_0333').lines[0]!.quantity).toBe('0.3330');
    expect(read('decimal_qty_12345').lines[0]!.quantity).toBe('12.3457');
  });
});

describe('people', () => {
  it('both addresses whole, the region by code and by name', () => {
    const { billingAddress, shippingAddress } = read('address_all_fields');
    expect(shippingAddress).toMatchObject({
      prefix: 'Dr.',
      middleName: 'Maria',
      suffix: 'jun.',
      vatId: 'DE123456789',
      regionCode: 'BER',
      regionName: 'Berlin',
      region: 'BER',
      fax: '030-555-0101',
    });
    expect(shippingAddress!.street).toHaveLength(4);
    expect(billingAddress).toMatchObject({
      prefix: 'Mr.',
      regionCode: 'TX',
      regionName: 'Texas',
      vatId: 'US-99',
    });
  });

  it('a customer with an account, group and VAT number', () => {
    expect(read('customer_with_group_and_vat').customer).toMatchObject({
      isGuest: false,
      customerId: expect.any(Number),
      groupId: 2,
      prefix: 'Dr.',
      middleName: 'Maria',
      suffix: 'jun.',
      vatNumber: 'DE123456789',
    });
  });
});

describe('papers', () => {
  it('gift messages of the order and of a line', () => {
    const order = read('gift_message');
    expect(order.giftMessage).toMatchObject({ sender: 'Erika', recipient: 'Max' });
    expect(order.lines[0]!.giftMessage).toMatchObject({ message: 'Nur für dich' });
  });

  it('comments, oldest first', () => {
    const { comments } = read('state_refund_mixed_order');
    expect(comments.length).toBeGreaterThan(0);
    expect(comments.map(({ createdAt }) => createdAt)).toEqual(
      comments.map(({ createdAt }) => createdAt).toSorted((one, other) => one - other),
    );
    expect(read('state_comment_order').comments).toEqual([
      expect.objectContaining({ status: 'pending', isVisible: true, documentKind: null }),
    ]);
  });

  it('purchase order number, payment, note of the customer', () => {
    expect(read('purchase_order').payment).toMatchObject({
      method: 'purchaseorder',
      purchaseOrderNumber: 'PO-2026/0815 "A"',
      cardLastFour: null,
    });
    expect(read('customer_note').customerNote).not.toBeNull();
  });

  it('paid, due, refunded, canceled', () => {
    const { totals } = read('state_refund_mixed_order');
    expect(totals.paidMinor).toBe(totals.grandTotalMinor);
    expect(totals.refundedMinor).toBeGreaterThan(0);
    expect(totals.refundedMinor).toBeLessThan(totals.grandTotalMinor);
    const canceled = read('state_cancel_order').totals;
    expect(canceled.canceledMinor).toBe(canceled.grandTotalMinor);
  });

  it('an edited order: each knows the one it replaces and the one that replaced it', () => {
    expect(read('edit_old_order')).toMatchObject({
      state: 'canceled',
      incrementId: '000000432',
      childIncrementId: '000000432-1',
      parentIncrementId: null,
    });
    expect(read('edit_second_new')).toMatchObject({
      incrementId: '000000432-2',
      originalIncrementId: '000000432',
      parentIncrementId: '000000432-1',
      parentEntityId: 452,
    });
  });
});

describe('an order says what it can', () => {
  it('without a store view, which was deleted', () => {
    expect(read('store_delete_after')).toMatchObject({ storeId: 0, problems: [] });
  });

  it('with members that are null, absent, or of another kind than expected', () => {
    const source = magentoOrder.parse({
      entity_id: '7',
      created_at: '2026-01-02 03:04:05',
      updated_at: '2026-01-02 03:04:05',
      state: null,
      status: null,
      increment_id: null,
      items: [
        {
          item_id: '1',
          sku: null,
          product_option: { extension_attributes: { custom_options: { 3: 'not a list' } } },
          weee_tax_applied: 'no JSON',
          extension_attributes: [],
        },
      ],
      payment: null,
      billing_address: null,
      status_histories: { 1: 'not a list' },
      extension_attributes: {
        gift_message: 'none',
        item_applied_taxes: { 0: 'not a list' },
        extra: { a: 1 },
      },
    });
    expect(orderOf(source, place)).toMatchObject({
      state: '',
      incrementId: '',
      lines: [{ sku: '' }],
      comments: [],
    });
  });
});
