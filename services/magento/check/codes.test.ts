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
  const taxClass = (class_id: string, class_name: string) => ({
    class_id,
    class_name,
    class_type: 'PRODUCT',
  });
  const count = (total: number) => rows([], total);
  const noAttribute = answer(400, JSON.stringify({ message: 'Decoding error.' }));
  const noScope = answer(
    401,
    JSON.stringify({ message: "The consumer isn't authorized to access %resources." }),
  );
  const unknown = {
    taxClassIds: [0, 2, 22, 22],
    attributeCodes: ['color', 'colour', 'color'],
    attributeSetId: 99,
  };

  it('are well where the shop has them', async () => {
    const shop = cannedShop(rows([taxClass('2', 'Taxable Goods')]), count(0), count(7));
    const expected = { taxClassIds: [0, 2], attributeCodes: ['color'], attributeSetId: 4 };
    expect(seen(await checkCatalogCodes(shop.rest, expected))).toEqual([
      ['ok', 'magento.catalog_codes', 'tax classes, attributes and the attribute set are there'],
    ]);
    expect(shop.query(0)).toMatchObject({
      'searchCriteria[filter_groups][0][filters][0][field]': 'class_type',
      'searchCriteria[filter_groups][0][filters][0][value]': 'PRODUCT',
    });
    expect(shop.query(2)).toMatchObject({
      'searchCriteria[filter_groups][0][filters][0][field]': 'attribute_set_id',
      'searchCriteria[filter_groups][0][filters][0][value]': '4',
    });
  });

  it('are named where it has others; each is asked for once, and the class of what is not taxed never', async () => {
    const shop = cannedShop(
      rows([taxClass('2', 'Taxable Goods'), taxClass('3', 'Books')]),
      count(0),
      noAttribute,
      count(0),
    );
    expect(seen(await checkCatalogCodes(shop.rest, unknown))).toEqual([
      [
        'fail',
        'magento.tax_class_unknown',
        'catalog.taxClasses names the tax class 22; the shop has 2 (Taxable Goods), 3 (Books)',
      ],
      [
        'fail',
        'magento.attribute_unknown',
        'catalog.attributes writes to "colour", which is no attribute of the shop\'s products',
      ],
      [
        'warn',
        'magento.attribute_set_unseen',
        'No product of the shop has the attribute set 99 (catalog.attributeSetId)',
      ],
    ]);
  });

  it('are looked for on products where the integration may not read the list of tax classes', async () => {
    const expected = { ...unknown, attributeCodes: [] };
    const shop = cannedShop(noScope, count(5), count(0), count(1));
    expect(seen(await checkCatalogCodes(shop.rest, expected))).toEqual([
      [
        'warn',
        'magento.tax_class_unseen',
        'catalog.taxClasses names the tax classes 22, which no product of the shop has',
      ],
    ]);
    const well = cannedShop(noScope, count(5), count(1), count(1));
    expect((await checkCatalogCodes(well.rest, expected)).map(({ level }) => level)).toEqual(['ok']);
  });

  it('are not known where the shop does not answer', async () => {
    const away = () => answer(503, 'Error 503: Service Unavailable', { 'content-type': 'text/html' });
    await expect(checkCatalogCodes(cannedShop(away()).rest, unknown)).rejects.toMatchObject({
      name: 'Unavailable',
    });
    const shop = cannedShop(away());
    const expected = { taxClassIds: [0], attributeCodes: ['color'], attributeSetId: 4 };
    await expect(checkCatalogCodes(shop.rest, expected)).rejects.toMatchObject({ name: 'Unavailable' });
  });
});

it('codes of customers are those of the shop, but for its admin and those who are not logged in', async () => {
  const coded = (...codes: string[]) => Promise.resolve(codes.map((code, id) => ({ id, code, name: null })));
  const shop = {
    store: { websites: () => coded('admin', 'base', 'b2b') },
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
