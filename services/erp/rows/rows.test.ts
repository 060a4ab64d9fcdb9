import { describe, expect, it } from '@jest/globals';
import type { ZodError } from 'zod';
import { rowShapes } from './index.ts';

const origin = { occurredAt: null, version: { epoch: 1, number: 5 }, sourceKey: '{"product_id":"7"}' };

function faultsOf(topic: string, row: unknown): string[] {
  try {
    rowShapes[topic]!.read(row, origin);
  } catch (error) {
    return (error as ZodError).issues.map((issue) => issue.path.join('.'));
  }
  return [];
}

describe('rows of the ERP', () => {
  it('become stock with four places, whatever the database sends', () => {
    const read = (quantity: unknown) =>
      (
        rowShapes['erp.stock']!.read({ source: 'W1', sku: 'A', quantity }, origin) as unknown as {
          quantity: string;
        }
      ).quantity;
    expect([read('12'), read('12.50000'), read(3), read('-0.00005')]).toEqual([
      '12.0000',
      '12.5000',
      '3.0000',
      '-0.0001',
    ]);
    // What floating point leaves of 0.1 + 0.2 - 0.3: a column of that type must not keep the old stock in the shop.
    expect([read(5.551115123125783e-17), read(-1e-7), read(12345678.9)]).toEqual([
      '0.0000',
      '0.0000',
      '12345678.9000',
    ]);
    expect(faultsOf('erp.stock', { source: 'W1', sku: 'A', quantity: NaN })).toEqual(['quantity']);
  });

  it('come from databases that have neither booleans nor types for JSON', () => {
    const product = {
      sku: 'A',
      name: 'A',
      enabled: 1,
      attributes: '{"color":"red","n":12345678901234567890}',
    };
    expect(rowShapes['erp.products']!.read(product, origin)).toMatchObject({
      enabled: true,
      attributes: { color: 'red', n: '12345678901234567890' },
    });
    const prices = { sku: 'A', prices: '[{"list":"R","currency":"EUR","amount":1.5}]' };
    expect(rowShapes['erp.prices']!.read(prices, origin)).toMatchObject({ prices: [{ list: 'R' }] });
    expect(faultsOf('erp.products', { ...product, enabled: 2, attributes: '{' })).toEqual([
      'enabled',
      'attributes',
    ]);
  });

  it.each([
    ['erp.stock', { source: 'W1', sku: ' A', quantity: '1' }, ['sku']],
    ['erp.stock', { source: '', sku: 'A', quantity: 'many' }, ['source', 'quantity']],
    ['erp.stock', { source: 'W1', sku: 'A'.repeat(65), quantity: 1e21 }, ['sku', 'quantity']],
    ['erp.products', { sku: 'A', name: '', enabled: 'yes' }, ['name', 'enabled']],
    [
      'erp.prices',
      { sku: 'A', prices: [{ list: 'R', currency: 'euro', amount: '1' }] },
      ['prices.0.currency'],
    ],
    [
      'erp.prices',
      { sku: 'A', prices: [{ list: 'R', currency: 'EUR', amount: '1', from: 'soon' }] },
      ['prices.0.from'],
    ],
    [
      'erp.fulfilments',
      {
        instance: 'm',
        store: 's',
        increment_id: '1',
        document_id: '',
        kind: 'shipment',
        occurred_on: 'x',
        lines: [{}],
      },
      ['document_id', 'occurred_on', 'lines.0.sku', 'lines.0.quantity'],
    ],
  ])('of %s name every column that is wrong', (topic, row, columns) => {
    expect(faultsOf(topic, row)).toEqual(columns);
  });

  const of = (topic: string, row: object) => rowShapes[topic]!.read(row, origin);
  const sku = 'A';

  it('that leave out what they may are whole records', () => {
    const base = { ...origin, deleted: false, twin: null };
    expect(of('erp.stock', { source: 'W', sku, quantity: 1 })).toEqual({
      ...base,
      source: 'W',
      sku,
      quantity: '1.0000',
      sellable: true,
      backorders: null,
      buffer: null,
    });
    expect(of('erp.products', { sku, name: 'N', enabled: 0 })).toEqual({
      ...base,
      sku,
      kind: 'simple',
      name: 'N',
      description: null,
      weight: null,
      enabled: false,
      taxClass: null,
      visibility: null,
      attributeSet: null,
      attributes: {},
      translations: null,
      websites: null,
      categories: null,
      variesBy: [],
      children: null,
      parts: null,
      bundle: null,
      downloads: null,
      related: null,
      upSells: null,
      crossSells: null,
      images: null,
    });
    const made = {
      parts: '[{"sku":"B"},{"sku":"C","quantity":2}]',
      bundle: { price: 'own', options: [{ title: 'T', parts: [{ sku: 'B', surcharge: 1.5, default: 1 }] }] },
      downloads: [{ title: 'T', url: 'https://example.com/a.pdf', price: 2 }],
      up_sells: ['B'],
      translations: { fr: { name: 'F', tags: ['A', 2], none: null }, de: {} },
    };
    expect(of('erp.products', { sku, name: 'N', enabled: 0, ...made })).toMatchObject({
      parts: [
        { sku: 'B', quantity: '1.0000' },
        { sku: 'C', quantity: '2.0000' },
      ],
      bundle: {
        hasOwnPrice: true,
        shipsSeparately: false,
        options: [
          {
            title: 'T',
            input: 'select',
            required: true,
            parts: [
              {
                sku: 'B',
                quantity: '1.0000',
                isDefault: true,
                quantityMayChange: false,
                surcharge: '1.5000',
                isPercent: false,
              },
            ],
          },
        ],
      },
      downloads: [{ title: 'T', url: 'https://example.com/a.pdf', price: '2.0000', timesMax: null }],
      related: null,
      upSells: ['B'],
      translations: [
        { view: 'de', values: {} },
        { view: 'fr', values: { name: 'F', tags: 'A\n2' } },
      ],
    });
    const attributes = { tags: ['New', 4], none: null, is: true };
    expect(of('erp.products', { sku, name: 'N', enabled: 0, attributes })).toMatchObject({
      attributes: { is: 'true', tags: 'New\n4' },
    });
    const price = { list: 'R', currency: 'EUR', amount: 1 };
    expect(of('erp.prices', { sku, prices: [price] })).toEqual({
      ...base,
      sku,
      prices: [
        {
          ...price,
          amount: '1.0000',
          minQuantity: '0.0000',
          from: null,
          to: null,
          website: null,
          group: null,
        },
      ],
    });
    const names = { instance: 'm', store: 's', increment_id: '1', document_id: 'd', kind: 'shipment' };
    const document = { ...names, occurred_on: '2026-01-02T03:04:05Z', lines: [{ sku, quantity: 1 }] };
    const { increment_id: incrementId, document_id: documentId, ...rest } = names;
    const fulfilment = {
      ...rest,
      ...origin,
      incrementId,
      documentId,
      documentDate: Date.UTC(2026, 0, 2, 3, 4, 5),
    };
    const lines = [{ sku, orderLineId: null, quantity: '1.0000', returnToStock: null }];
    expect(of('erp.fulfilments', document)).toEqual({
      ...fulfilment,
      shownFrom: null,
      source: null,
      lines,
      packages: [],
      amounts: null,
      invoiceId: null,
      withdrawn: false,
      text: null,
    });
    const amounts = { currency: 'JPY', total: '120', adjustmentFee: 7 };
    const more = { amounts, invoice_id: 'INV', withdrawn: 1, text: 'Hello' };
    const returned = [{ sku, quantity: 1, returnToStock: true }];
    expect(of('erp.fulfilments', { ...document, ...more, lines: returned })).toMatchObject({
      amounts: {
        currency: 'JPY',
        totalMinor: 120,
        shippingMinor: null,
        adjustmentRefundMinor: null,
        adjustmentFeeMinor: 7,
      },
      invoiceId: 'INV',
      withdrawn: true,
      text: 'Hello',
      lines: [{ returnToStock: true }],
    });
    const packages = [{ carrier: 'c', trackingNumber: 't' }];
    expect(of('erp.fulfilments', { ...document, source: 'W', packages })).toMatchObject({
      source: 'W',
      packages: [{ carrier: 'c', service: null, trackingNumber: 't' }],
    });
  });

  it('that are gone are records of their own, except of documents', () => {
    const gone = (topic: string, ...parts: string[]) => rowShapes[topic]!.deleted!(parts, origin);
    const base = { ...origin, sku, deleted: true, twin: null };
    expect(gone('erp.stock', 'W', sku)).toEqual({
      ...base,
      source: 'W',
      quantity: '0.0000',
      sellable: false,
      backorders: null,
      buffer: null,
    });
    expect(gone('erp.prices', sku)).toEqual({ ...base, prices: [] });
    expect(gone('erp.products', sku)).toMatchObject({ ...base, enabled: false, attributes: {} });
    expect(rowShapes['erp.fulfilments']!.deleted).toBeNull();
  });

  it('of prices have a calendar: from a time on, and until before one', () => {
    const price = { list: 'R', currency: 'EUR', amount: 1 };
    const [from, to] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
    const value = of('erp.prices', { sku, prices: [{ ...price, from, to }, price] });
    const at = (time: string) => rowShapes['erp.prices']!.validAt!(value, Date.parse(time));
    expect([at('2025-12-31T23:59:59.999Z'), at(from), at('2026-01-31T23:59:59.999Z'), at(to)]).toEqual([
      '01',
      '11',
      '11',
      '01',
    ]);
  });

  it('take times with a zone as they are, without one as UTC', () => {
    const from = (text: string) =>
      (
        rowShapes['erp.prices']!.read(
          { sku: 'A', prices: [{ list: 'R', currency: 'EUR', amount: '1', from: text }] },
          origin,
        ) as unknown as { prices: { from: number }[] }
      ).prices[0]!.from;
    const noon = Date.UTC(2026, 5, 1, 12);
    expect([
      from('2026-06-01T12:00:00'),
      from('2026-06-01T12:00:00Z'),
      from('2026-06-01T14:00:00+02:00'),
    ]).toEqual([noon, noon, noon]);
  });

  it('give attributes as text in one order, and none without a value', () => {
    const { attributes } = rowShapes['erp.products']!.read(
      {
        sku: 'A',
        name: 'Name',
        enabled: true,
        attributes: { weight: 2, colour: 'red', old: null, new: false },
      },
      origin,
    ) as unknown as { attributes: object };
    expect(JSON.stringify(attributes)).toBe('{"colour":"red","new":"false","weight":"2"}');
  });
});
