import { describe, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { shippedItems } from './lines.ts';

type Line = [sku: string, orderLineId: string | null, quantity: string];

const items = [
  { item_id: 1, sku: 'SET', qty_ordered: '10', qty_shipped: '1', qty_canceled: '2', qty_refunded: '3' },
  // The part of a set is shipped with it.
  { item_id: 2, sku: 'PART', parent_item_id: 1 },
  { item_id: 3, sku: 'TWICE', qty_ordered: '2' },
  { item_id: 4, sku: 'twice', qty_ordered: '3' },
  { item_id: 5, sku: 'CLOTH', qty_ordered: '3', is_qty_decimal: true },
].map((item) => ({
  parent_item_id: null,
  qty_ordered: '1',
  qty_shipped: '0',
  qty_canceled: '0',
  qty_refunded: '0',
  is_qty_decimal: false,
  ...item,
}));

const shipped = (...lines: Line[]) =>
  shippedItems(
    {
      documentId: 'WH/7',
      incrementId: '42',
      lines: lines.map(([sku, orderLineId, quantity]) => ({ sku, orderLineId, quantity })),
    } as Fulfilment,
    { items } as unknown as MagentoOrder,
  ).map(({ orderItemId, quantity }) => `${orderItemId}: ${quantity}`);

describe('the lines of a document', () => {
  it.each<[string, Line[], string[]]>([
    ['by the line they name, whatever the SKU', [['?', '1', '4']], ['1: 4.0000']],
    ['by the SKU', [['set', null, '1']], ['1: 1.0000']],
    ['together where several are of one order line', [['SET', '1', '1'], ['SET', null, '1.0000']], ['1: 2.0000']], // prettier-ignore
    ['in the second line of a SKU when the first is shipped', [['TWICE', null, '2'], ['TWICE', null, '3']], ['3: 2.0000', '4: 3.0000']], // prettier-ignore
    ['in parts where the shop sells such', [['CLOTH', null, '1.5']], ['5: 1.5000']],
  ])('are found %s', (_name, lines, expected) => {
    expect(shipped(...lines)).toEqual(expected);
  });

  it.each<[string, Line[], string]>([
    ['shipment.empty', [], 'has no lines'],
    ['shipment.line_unknown', [['SET', '99', '1']], 'ships the line 99'],
    ['shipment.line_unknown', [['OTHER', null, '1']], 'ships the SKU OTHER'],
    ['shipment.line_unknown', [['PART', null, '1']], 'ships the SKU PART'],
    ['shipment.quantity', [['SET', null, '0.0000']], 'ships 0.0000 of SET'],
    ['shipment.quantity', [['SET', null, '-1']], 'ships -1.0000 of SET'],
    ['shipment.more_than_left', [['SET', null, '5']], 'of which 4.0000 are left'],
    [
      'shipment.more_than_left',
      [
        ['TWICE', null, '2'],
        ['TWICE', null, '3'],
        ['TWICE', null, '1'],
      ],
      'ships 3.0000 of TWICE, of which 2.0000 are left',
    ],
    ['shipment.fraction', [['TWICE', null, '1.5']], 'whole units'],
  ])('are rejected with %s: %j', (code, lines, what) => {
    const attempt = () => shipped(...lines);
    expect(attempt).toThrow(expect.objectContaining({ name: 'Rejected' }));
    expect(attempt).toThrow(
      expect.objectContaining({
        fault: expect.objectContaining({ code, what: expect.stringContaining(what) }),
      }),
    );
  });
});
