import { describe, expect, it } from '@jest/globals';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { toPlaces, zero } from '../platform/decimal.ts';
import { refunding } from './lines.ts';
import { refundItems, refundPlanOf } from './refund-plan.ts';
import { documentOf, lineOf } from './testing/document.ts';
import { unitsOf } from './units.ts';

/** A bundle of one lid and two pots with prices of their own, one with a price of its own, and a shirt with its variant. */
const order = {
  increment_id: '42',
  base_currency_code: 'USD',
  base_total_paid: '100',
  base_total_refunded: '40',
  base_grand_total: '100',
  base_shipping_amount: '5',
  base_shipping_incl_tax: null,
  base_shipping_refunded: null,
  items: [
    { item_id: 1, sku: 'DYNAMIC', product_type: 'bundle', base_price: '30' },
    { item_id: 2, sku: 'LID', parent_item_id: 1, base_price: '10' },
    { item_id: 3, sku: 'POT', parent_item_id: 1, base_price: '10', qty_ordered: '4', qty_invoiced: '4' },
    { item_id: 4, sku: 'FIXED', product_type: 'bundle', base_price: '30' },
    { item_id: 5, sku: 'LID', parent_item_id: 4, base_price: '0' },
    { item_id: 6, sku: 'SHIRT-RED', product_type: 'configurable', base_price: '20' },
    { item_id: 7, sku: 'SHIRT-RED', parent_item_id: 6, base_price: '0' },
    { item_id: 8, sku: 'LATE', base_price: '10', qty_invoiced: '0' },
  ].map((item) => ({
    parent_item_id: null,
    product_type: 'simple',
    qty_ordered: '2',
    qty_invoiced: '2',
    qty_refunded: '0',
    qty_canceled: '0',
    is_qty_decimal: false,
    product_id: null,
    product_option: { extension_attributes: { custom_options: [] } },
    ...item,
  })),
} as unknown as OrderInBrief;

async function planned(...lines: [sku: string, quantity: string, returnToStock?: boolean][]) {
  const document = documentOf({
    kind: 'creditmemo',
    lines: lines.map(([sku, quantity, returnToStock = null]) => lineOf(sku, quantity, { returnToStock })),
  });
  const none = () => Promise.reject(new Error('not asked here'));
  const units = await unitsOf(order, refunding, { skusOf: none, shippedInParts: none });
  const plan = refundPlanOf(document, units, { amount: zero, within: zero });
  return {
    items: refundItems(plan, document, order).map(
      ({ orderItemId, quantity }) => `${quantity} of ${orderItemId}`,
    ),
    returned: plan.returnToStock,
    nothingElse: [plan.shipping.amount, plan.adjustmentRefund, plan.adjustmentFee].map((one) =>
      toPlaces(one, 0),
    ),
  };
}

describe('what is paid back', () => {
  it('of a bundle with prices of its parts is each part, in proportion; of all else the line', async () => {
    expect(await planned(['DYNAMIC', '1', true], ['FIXED', '1'], ['SHIRT-RED', '2', true])).toEqual({
      items: ['1.0000 of 2', '2.0000 of 3', '1.0000 of 4', '2.0000 of 6'],
      returned: [2, 3, 6],
      nothingElse: ['0', '0', '0'],
    });
  });

  it('waits for its invoice where all of it, and no more, may still be invoiced', async () => {
    await expect(planned(['LATE', '2'])).rejects.toMatchObject({
      fault: { code: 'creditmemo.not_invoiced' },
    });
    await expect(planned(['LATE', '3'])).rejects.toMatchObject({
      fault: { code: 'creditmemo.more_than_left' },
    });
  });

  it('is refused where a part has too little left', async () => {
    await expect(planned(['DYNAMIC', '3'])).rejects.toThrow('creditmemo.more_than_left');
  });
});
