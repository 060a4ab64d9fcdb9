/** The shop takes SKUs for equal without letter case and accents; so do all comparisons with the ERP's spelling. */
import { expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { decimalOf } from '../platform/decimal.ts';
import { leftItems, shipping } from './lines.ts';
import { heldAt, lackingAt } from './source-top-up.ts';
import { unitsOf } from './units.ts';
import { verifyShipment } from './verify.ts';
import { wantedItems } from './wanted.ts';

const [erps, shops] = ['CAFÉ-1', 'cafe-1'];
const document = {
  kind: 'shipment',
  documentId: 'D1',
  incrementId: '000000001',
  lines: [{ sku: erps, quantity: '1.0000', orderLineId: null }],
} as unknown as Fulfilment;
const plain = { product_option: { extension_attributes: { custom_options: [] } }, product_id: 70 };
const amounts = { qty_ordered: '1', qty_shipped: '0', qty_canceled: '0', qty_refunded: '0' };
const order = {
  items: [{ item_id: 7, parent_item_id: null, sku: shops, is_qty_decimal: false, ...plain, ...amounts }],
} as unknown as OrderInBrief;
const shipment = {
  increment_id: '1',
  items: [{ order_item_id: 7, sku: shops, qty: '1' }],
  extension_attributes: { source_code: 'default' },
} as unknown as MagentoShipment;

const none = () => Promise.reject(new Error('not asked here'));
const units = await unitsOf(order, shipping, { skusOf: none, shippedInParts: none });
const wanted = wantedItems(document, units, shipping);

it('finds the order line of a SKU that the ERP spells with an accent', () => {
  expect(leftItems(wanted, document, shipping)).toEqual([{ orderItemId: 7, sku: shops, quantity: '1.0000' }]);
});

it('takes the shipment of that SKU for what was asked', () => {
  expect(() => verifyShipment(shipment, document, units, 'default')).not.toThrow();
});

it('raises no source that holds enough under the other spelling', async () => {
  const stored = [{ sku: shops, sourceCode: 'default', quantity: '5', status: 1 as const }];
  const read = () => Promise.resolve(stored);
  const held = await heldAt({ read }, 'default', [erps]);
  expect(lackingAt('default', held, new Map([[erps, decimalOf('1')]]))).toEqual([]);
});
