import { describe, expect, it } from '@jest/globals';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { invoicing, leftItems, refunding, shipping } from './lines.ts';
import type { Deed } from './lines.ts';
import { documentOf, lineOf } from './testing/document.ts';
import { unitsOf } from './units.ts';
import { wantedItems } from './wanted.ts';

type Line = [sku: string, orderLineId: string | null, quantity: string];

const plain = { product_option: { extension_attributes: { custom_options: [] as object[] } } };

const ordered = (...items: object[]) =>
  ({
    items: items.map((item, index) => ({
      ...plain,
      parent_item_id: null,
      product_id: 10 + index,
      product_type: 'simple',
      base_price: '10',
      is_virtual: false,
      qty_ordered: '1',
      qty_shipped: '0',
      qty_canceled: '0',
      qty_refunded: '0',
      qty_invoiced: '0',
      is_qty_decimal: false,
      ...item,
    })),
  }) as unknown as OrderInBrief;

const simple = ordered(
  {
    item_id: 1,
    sku: 'SET',
    qty_ordered: '10',
    qty_shipped: '1',
    qty_canceled: '2',
    qty_refunded: '3',
    qty_invoiced: '7',
  },
  { item_id: 3, sku: 'TWICE', qty_ordered: '2' },
  { item_id: 4, sku: 'twice', qty_ordered: '3' },
  { item_id: 5, sku: 'CLOTH', qty_ordered: '3', is_qty_decimal: true },
);

async function itemsOf(order: OrderInBrief, deed: Deed, lines: Line[], inParts: number[] = []) {
  const document = documentOf({
    lines: lines.map(([sku, orderLineId, quantity]) => lineOf(sku, quantity, { orderLineId })),
  });
  const units = await unitsOf(order, deed, {
    skusOf: () => Promise.resolve(new Map([[19, 'MUG']])),
    shippedInParts: () => Promise.resolve(new Set(inParts)),
  });
  const wanted = wantedItems(document, units, deed);
  return leftItems(wanted, document, deed).map(({ orderItemId, quantity }) => `${orderItemId}: ${quantity}`);
}
const shipped = (...lines: Line[]) => itemsOf(simple, shipping, lines);

describe('the lines of a document', () => {
  it.each<[string, Line[], string[]]>([
    ['by the line they name, whatever the SKU', [['?', '1', '5']], ['1: 5.0000']],
    ['by the SKU', [['set', null, '1']], ['1: 1.0000']],
    ['together where several are of one order line', [['SET', '1', '1'], ['SET', null, '1.0000']], ['1: 2.0000']], // prettier-ignore
    ['in the second line of a SKU when the first is shipped', [['TWICE', null, '2'], ['TWICE', null, '3']], ['3: 2.0000', '4: 3.0000']], // prettier-ignore
    ['in both lines of a SKU where it is more than one has left', [['TWICE', null, '4']], ['3: 2.0000', '4: 2.0000']], // prettier-ignore
    ['in parts where the shop sells such', [['CLOTH', null, '1.5']], ['5: 1.5000']],
  ])('are found %s', async (_name, lines, expected) => {
    expect(await shipped(...lines)).toEqual(expected);
  });

  it.each<[string, Line[], string]>([
    ['shipment.empty', [], 'has no lines'],
    ['shipment.line_unknown', [['SET', '99', '1']], 'ships the line 99'],
    ['shipment.line_unknown', [['OTHER', null, '1']], 'ships the SKU OTHER'],
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
  ])('are rejected with %s: %j', async (code, lines, what) => {
    await expect(shipped(...lines)).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code, what: expect.stringContaining(what) },
    });
  });

  it('of an invoice are what is neither invoiced nor canceled, whatever was shipped of it', async () => {
    expect(await itemsOf(simple, invoicing, [['SET', null, '1']])).toEqual(['1: 1.0000']);
    await expect(itemsOf(simple, invoicing, [['SET', null, '2']])).rejects.toThrow(
      'invoices 2.0000 of SET, of which 1.0000 are left to invoice',
    );
  });

  it('may be shipped though as many were given back after they had left', async () => {
    const order = ordered({ item_id: 1, sku: 'SET', qty_ordered: '5', qty_shipped: '2', qty_refunded: '2' });
    expect(await itemsOf(order, shipping, [['SET', null, '3']])).toEqual(['1: 3.0000']);
  });
});

/** Two bundles, of one lid and two pots each; a pot by itself; a variant; a mug with an option; something virtual. */
const mixed = ordered(
  { item_id: 1, sku: 'BUNDLE', product_type: 'bundle', product_id: 50, qty_ordered: '2', qty_invoiced: '2' },
  { item_id: 2, sku: 'LID', parent_item_id: 1, qty_ordered: '2', qty_invoiced: '2' },
  { item_id: 3, sku: 'POT', parent_item_id: 1, qty_ordered: '4', qty_invoiced: '4' },
  { item_id: 4, sku: 'POT' },
  { item_id: 5, sku: 'SHIRT-RED', product_type: 'configurable', qty_ordered: '3', qty_invoiced: '3' },
  { item_id: 6, sku: 'SHIRT-RED', parent_item_id: 5, base_price: '0', qty_ordered: '3' },
  {
    item_id: 7,
    sku: 'MUG-BLUE',
    product_id: 19,
    product_option: { extension_attributes: { custom_options: [{}] } },
  },
  { item_id: 8, sku: 'WARRANTY', is_virtual: true },
);

describe('what the shop wants named', () => {
  it.each<[string, Line[], string[]]>([
    ['the line of a variant', [['SHIRT-RED', null, '2']], ['5: 2.0000']],
    ['the line of a variant that was named by its part', [['?', '6', '2']], ['5: 2.0000']],
    ['the line of a product whose SKU its options have changed', [['MUG', null, '1']], ['7: 1.0000']],
    ['nothing of what is virtual', [['WARRANTY', null, '1'], ['MUG-BLUE', null, '1']], ['7: 1.0000']], // prettier-ignore
    ['the bundle that ships together', [['BUNDLE', null, '1']], ['1: 1.0000']],
    ['that bundle, by all its parts in proportion', [['LID', null, '1'], ['?', '3', '2']], ['1: 1.0000']], // prettier-ignore
    ['first the line of a SKU, then the bundle that has it', [['POT', null, '3'], ['LID', null, '1']], ['4: 1.0000', '1: 1.0000']], // prettier-ignore
  ])('of a shipment is %s', async (_name, lines, expected) => {
    expect(await itemsOf(mixed, shipping, lines)).toEqual(expected);
  });

  it.each<[string, Line[], string[]]>([
    ['each part for the bundle', [['BUNDLE', null, '1']], ['2: 1.0000', '3: 2.0000']],
    ['the part', [['?', '3', '3']], ['3: 3.0000']],
    ['the line of the part, then the part', [['POT', null, '4']], ['4: 1.0000', '3: 3.0000']],
  ])('of a shipment of a bundle that ships in parts is %s', async (_name, lines, expected) => {
    expect(await itemsOf(mixed, shipping, lines, [50])).toEqual(expected);
  });

  it('of an invoice is the bundle, and of a credit memo each part that has a price', async () => {
    expect(await itemsOf({ ...mixed }, refunding, [['BUNDLE', null, '1']])).toEqual([
      '2: 1.0000',
      '3: 2.0000',
    ]);
    const open = ordered(...mixed.items.map((item) => ({ ...item, qty_invoiced: '0' })));
    expect(await itemsOf(open, invoicing, [['BUNDLE', null, '1']], [50])).toEqual(['1: 1.0000']);
  });

  it('are no parts of a bundle that make no whole', async () => {
    await expect(itemsOf(mixed, shipping, [['LID', null, '1']])).rejects.toMatchObject({
      fault: { code: 'shipment.parts', what: expect.stringContaining('1.0000 of LID, parts of BUNDLE') },
    });
  });

  it('of too much is refused, also where it is spread over parts', async () => {
    await expect(itemsOf(mixed, shipping, [['POT', null, '6']], [50])).rejects.toThrow('more_than_left');
    await expect(itemsOf(mixed, shipping, [['BUNDLE', null, '3']])).rejects.toThrow('more_than_left');
  });
});
