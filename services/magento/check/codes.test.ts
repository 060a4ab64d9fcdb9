/** Codes that the configuration maps, compared with what a shop shows. Double: the shop's prepared answers. */
import { describe, expect, it } from '@jest/globals';
import { answer, cannedShop } from '../testing/canned-shop.ts';
import { checkCarriers } from './carriers.ts';
import { checkCatalogCodes } from './catalog-codes.ts';
import { checkCustomers } from './customers.ts';
import type { Finding } from './check.ts';
import { checkOrderCodes } from './order-codes.ts';

const rows = (items: object[], total_count = items.length) =>
  answer(200, JSON.stringify({ items, total_count }));
const seen = (findings: Finding[]) => findings.map(({ level, code, what }) => [level, code, what]);

let number = 0;
const order = (
  payment: string,
  shipping: string | null,
  more: { status?: string; taxes?: string[] } = {},
) => ({
  entity_id: (number += 1),
  status: more.status ?? 'pending',
  payment: { method: payment },
  extension_attributes: {
    shipping_assignments: shipping === null ? [] : [{ shipping: { method: shipping } }],
    applied_taxes: (more.taxes ?? []).map((code) => ({ code })),
  },
});

describe('codes of orders', () => {
  it('cannot be compared while there are no orders', async () => {
    const findings = await checkOrderCodes(cannedShop(rows([])).rest, {
      paymentMethods: [],
      shippingMethods: [],
    });
    expect(seen(findings)).toMatchObject([
      ['warn', 'magento.order_codes', expect.stringContaining('no orders yet')],
    ]);
  });

  it.each([
    ['while there are no orders', [], ['order_codes', 'payment_unknown']],
    [
      'where none has it',
      [order('adyen', null, { status: 'complete' })],
      ['payment_unknown', 'payment_unseen'],
    ],
  ])(
    'that look like one of Magento’s own, which is not listed, are misspelt: %s',
    async (_when, orders, codes) => {
      const findings = await checkOrderCodes(cannedShop(rows(orders)).rest, {
        paymentMethods: ['checkmoo', 'purchaseorder', 'adyen', 'banktransferplus'],
        shippingMethods: ['freeshipping_freeshipping'],
      });
      expect(findings.map(({ code }) => code.slice('magento.'.length))).toEqual(codes);
      expect(findings.find(({ code }) => code === 'magento.payment_unknown')).toMatchObject({
        level: 'fail',
        why: '"checkmo" is one of Magento\'s own and not listed',
      });
    },
  );

  it('are well where all that orders have is mapped, and what nobody maps is not looked at', async () => {
    const shop = cannedShop(rows([order('checkmo', 'flatrate_flatrate'), order('checkmo', null)]));
    const expected = { paymentMethods: ['checkmo'], shippingMethods: ['flatrate_flatrate'] };
    expect(seen(await checkOrderCodes(shop.rest, expected))).toEqual([
      ['ok', 'magento.order_codes', 'the codes of the newest 2 orders are all mapped'],
    ]);
    expect(shop.query(0)).toMatchObject({
      'searchCriteria[sortOrders][0][field]': 'entity_id',
      'searchCriteria[sortOrders][0][direction]': 'DESC',
      'searchCriteria[pageSize]': '100',
    });
  });

  it('that are not mapped are counted once for each order; a misspelt one is told from one that was not seen', async () => {
    const orders = [
      order('checkmo', 'flatrate_flatrate', { taxes: ['US-1', 'US-1'] }),
      order('checkmo', 'flatrate_flatrate', { status: 'on_hold', taxes: ['US-1'] }),
    ];
    const expected = {
      paymentMethods: ['chekmo', 'stripe_payments', 'adyen'],
      shippingMethods: ['flatrate_flatrate'],
      taxRates: [],
      statuses: ['pending'],
    };
    expect(seen(await checkOrderCodes(cannedShop(rows(orders)).rest, expected))).toEqual([
      [
        'warn',
        'magento.payment_unmapped',
        '2 of the newest 2 orders have the payment method "checkmo", which is not listed',
      ],
      [
        'fail',
        'magento.payment_unknown',
        'orders.payments lists the payment method "chekmo", which no recent order has',
      ],
      [
        'warn',
        'magento.payment_unseen',
        'orders.payments lists "stripe_payments", "adyen"; none of the newest 2 orders has such a payment method',
      ],
      [
        'warn',
        'magento.tax_unmapped',
        '2 of the newest 2 orders have the tax rate "US-1", which is not listed',
      ],
      [
        'warn',
        'magento.status_unmapped',
        '1 of the newest 2 orders have the status "on_hold", which is not listed',
      ],
    ]);
  });

  it.each([
    [100, 1],
    [101, 2],
    [500, 2],
  ])('are those of the newest 200 orders: of %d in %d pages', async (total, pages) => {
    const page = Array.from({ length: 100 }, () => order('checkmo', null));
    const shop = cannedShop(rows(page, total), rows(page, total));
    await checkOrderCodes(shop.rest, { paymentMethods: ['checkmo'], shippingMethods: [] });
    expect(shop.calls).toHaveLength(pages);
    expect(shop.query(pages - 1)['searchCriteria[currentPage]']).toBe(String(pages));
  });
});

it('carriers are Magento’s own, or those of a shipping method that orders have', async () => {
  const orders = rows([order('checkmo', 'parcel_home'), order('checkmo', null)]);
  expect(seen(await checkCarriers(cannedShop(orders).rest, ['ups', 'custom', 'parcel']))).toEqual([
    ['ok', 'magento.carriers', 'the carriers are known'],
  ]);
  const again = rows([order('checkmo', 'parcel_home')]);
  const [found] = await checkCarriers(cannedShop(again).rest, ['par', 'post', 'post', 'ups']);
  expect(found).toMatchObject({ level: 'warn', code: 'magento.carrier_unseen' });
  expect(found!.what).toMatch(/^fulfilments\.carriers names "par", "post", neither/);
});

describe('codes of the catalogue', () => {
  const attribute = (code: string, ...labels: string[]) => ({
    id: 1,
    code,
    label: code,
    input: 'select',
    backend: 'int',
    options: labels.map((label, index) => ({ label, value: String(index) })),
    takesOptions: code !== 'tax_class_id',
    isUserDefined: true,
    types: [],
  });
  const taxes = attribute('tax_class_id', 'None', 'Goods', 'Books');
  const sets = { 4: [taxes, attribute('color'), attribute('size', 'L')], 9: [taxes, attribute('material')] };
  const shop = {
    sets: async () => [
      { id: 4, name: 'Default' },
      { id: 9, name: 'Machines' },
    ],
    ofSet: async (id: number) => sets[id as 4],
  };
  const well = { attributeSet: 'Default', taxClasses: [], attributeCodes: [], createOptions: false };

  it('are well where the shop has them, by name or by id', async () => {
    const expected = { ...well, attributeSet: '4', taxClasses: ['none', '1'], attributeCodes: ['size'] };
    expect(seen(await checkCatalogCodes(shop, expected))).toEqual([
      ['ok', 'magento.catalog_codes', 'tax classes, attributes and the attribute set are there'],
    ]);
  });

  it('are named where it has others, each once', async () => {
    const expected = {
      ...well,
      taxClasses: ['22', '22'],
      attributeCodes: ['colour', 'material', 'colour', 'color'],
    };
    expect(seen(await checkCatalogCodes(shop, expected))).toEqual([
      [
        'fail',
        'magento.tax_class_unknown',
        'catalog.taxClasses names the tax class 22; the shop has None (0), Goods (1), Books (2)',
      ],
      [
        'fail',
        'magento.attribute_unknown',
        'catalog.attributes writes to "colour", which no attribute set of the shop has',
      ],
      [
        'warn',
        'magento.attribute_not_in_set',
        'catalog.attributes writes to "material", which the attribute set Default does not have; Machines has it',
      ],
      [
        'warn',
        'magento.attribute_without_options',
        'catalog.attributes writes to "color", which has no options yet',
      ],
    ]);
    const creating = { ...well, attributeCodes: ['color'], createOptions: true };
    expect((await checkCatalogCodes(shop, creating)).map(({ level }) => level)).toEqual(['ok']);
  });

  it('are none where there is no such set', async () => {
    expect(seen(await checkCatalogCodes(shop, { ...well, attributeSet: '99' }))).toEqual([
      ['fail', 'magento.attribute_set_unknown', 'catalog.attributeSet is 99; the shop has Default, Machines'],
    ]);
  });
});

it('codes of customers are those of the shop, but for its admin and those who are not logged in', async () => {
  const coded = (...codes: string[]) => Promise.resolve(codes.map((code, id) => ({ id, code, name: null })));
  const shop = {
    store: { customerWebsites: () => coded('admin', 'base', 'b2b') },
    customers: { groups: () => coded('NOT LOGGED IN', 'General', 'Wholesale') },
  } as never;
  const all = { websiteCodes: ['base', 'b2b'], groupCodes: ['General', 'Wholesale'] };
  expect(seen(await checkCustomers(shop, all))).toEqual([
    ['ok', 'magento.customers', 'all 2 websites and 2 groups are mapped'],
  ]);
  const others = { websiteCodes: ['base', 'bass'], groupCodes: ['General', 'Wholesale', 'Retail'] };
  expect(seen(await checkCustomers(shop, others))).toEqual([
    ['fail', 'magento.customer_code', 'The configuration names the website "bass"; the shop has base, b2b'],
    ['warn', 'magento.customer_code_unmapped', 'The website "b2b" of the shop is not mapped'],
    [
      'fail',
      'magento.customer_code',
      'The configuration names the customer group "Retail"; the shop has General, Wholesale',
    ],
  ]);
});
