import { describe, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { invoicing, leftItems, shipping, wantedItems } from './lines.ts';
import type { Deed } from './lines.ts';

type Line = [sku: string, orderLineId: string | null, quantity: string];

const items = [
  {
    item_id: 1,
    sku: 'SET',
    qty_ordered: '10',
    qty_shipped: '1',
    qty_canceled: '2',
    qty_refunded: '3',
    qty_invoiced: '7',
  },
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
  qty_invoiced: '0',
  is_qty_decimal: false,
  ...item,
}));

function itemsOf(deed: Deed, lines: Line[]): string[] {
  const document = {
    documentId: 'WH/7',
    incrementId: '42',
    lines: lines.map(([sku, orderLineId, quantity]) => ({ sku, orderLineId, quantity })),
  } as Fulfilment;
  const wanted = wantedItems(document, { items } as unknown as MagentoOrder, deed);
  return leftItems(wanted, document, deed).map(({ orderItemId, quantity }) => `${orderItemId}: ${quantity}`);
}
const shipped = (...lines: Line[]) => itemsOf(shipping, lines);

describe('the lines of a document', () => {
  it.each<[string, Line[], string[]]>([
    ['by the line they name, whatever the SKU', [['?', '1', '5']], ['1: 5.0000']],
    ['by the SKU', [['set', null, '1']], ['1: 1.0000']],
    ['together where several are of one order line', [['SET', '1', '1'], ['SET', null, '1.0000']], ['1: 2.0000']], // prettier-ignore
    ['in the second line of a SKU when the first is shipped', [['TWICE', null, '2'], ['TWICE', null, '3']], ['3: 2.0000', '4: 3.0000']], // prettier-ignore
    ['in both lines of a SKU where it is more than one has left', [['TWICE', null, '4']], ['3: 2.0000', '4: 2.0000']], // prettier-ignore
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
    ['shipment.more_than_left', [['SET', null, '6']], 'of which 5.0000 are left'],
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

  it('of an invoice are what is neither invoiced nor canceled, whatever was shipped of it', () => {
    expect(itemsOf(invoicing, [['SET', null, '1']])).toEqual(['1: 1.0000']);
    const tooMuch = () => itemsOf(invoicing, [['SET', null, '2']]);
    expect(tooMuch).toThrow('invoice.more_than_left');
    expect(tooMuch).toThrow('invoices 2.0000 of SET, of which 1.0000 are left to invoice');
  });

  it('may be shipped though as many were given back after they had left', () => {
    const order = {
      items: [{ ...items[0]!, qty_ordered: '5', qty_shipped: '2', qty_refunded: '2', qty_canceled: '0' }],
    };
    const lines = [{ sku: 'SET', orderLineId: null, quantity: '3' }];
    const document = { documentId: 'WH/8', incrementId: '42', lines } as unknown as Fulfilment;
    const wanted = wantedItems(document, order as unknown as MagentoOrder, shipping);
    expect(leftItems(wanted, document, shipping)).toMatchObject([{ quantity: '3.0000' }]);
  });
});
