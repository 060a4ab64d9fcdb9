import type { Order, Totals } from '../../schemas/types.ts';

const totals: Totals = {
  currency: 'EUR',
  digits: 2,
  subtotalMinor: 1998,
  shippingMinor: 500,
  shippingTaxMinor: 0,
  shippingDiscountMinor: 0,
  discountMinor: 0,
  taxMinor: 0,
  grandTotalMinor: 2498,
};

const address = {
  firstName: 'Ada',
  lastName: 'Byron',
  company: null,
  street: ['1 St James’s Square'],
  city: 'London',
  postcode: 'SW1Y 4JH',
  region: null,
  countryCode: 'GB',
  telephone: null,
};

/** A plain order of two pieces of one product. */
export function anOrder(): Order {
  const placedAt = Date.parse('2026-04-30T10:00:00Z');
  return {
    instance: 'main',
    store: 'default',
    incrementId: '000000042',
    entityId: 42,
    occurredAt: placedAt,
    version: { epoch: 1, number: placedAt },
    storeId: 1,
    state: 'new',
    status: 'pending',
    stateBeforeHold: null,
    createdAt: placedAt,
    updatedAt: placedAt,
    isVirtual: false,
    paymentMethod: 'checkmo',
    shippingMethod: 'flatrate_flatrate',
    couponCode: null,
    customer: { customerId: null, isGuest: true, groupId: 0, email: null, firstName: null, lastName: null },
    billingAddress: address,
    shippingAddress: address,
    lines: [
      {
        lineId: '7',
        sku: 'A/1',
        name: 'Widget',
        productType: 'simple',
        quantity: '2.0000',
        quantityShipped: '0.0000',
        quantityInvoiced: '0.0000',
        quantityCanceled: '0.0000',
        quantityRefunded: '0.0000',
        unitPrice: '9.9900',
        taxPercent: '0.0000',
        subtotalMinor: 1998,
        discountMinor: 0,
        taxMinor: 0,
        rowTotalMinor: 1998,
      },
    ],
    totals,
    baseTotals: totals,
    problems: [],
    digest: 'a'.repeat(64),
  };
}
