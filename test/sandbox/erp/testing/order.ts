import type { Order, Totals } from '../../../../schemas/types.ts';

export interface WantedLine {
  sku: string;
  quantity: number;
  priceMinor: number;
}

export interface WantedOrder {
  incrementId: string;
  lines: WantedLine[];
  state?: string;
  email?: string;
  /** 8.25 % of the goods and 5.00 for shipping, unless told otherwise. */
  shippingMinor?: number;
}

/** What the shop would say of an order: totals add up, the tax is on the lines. */
export function anOrder(wanted: WantedOrder): Order {
  const shippingMinor = wanted.shippingMinor ?? 500;
  const lines = wanted.lines.map((line, index) => orderLine(line, `${wanted.incrementId}-${index + 1}`));
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const subtotalMinor = sum(lines.map((line) => line.subtotalMinor));
  const taxMinor = sum(lines.map((line) => line.taxMinor));
  const totals: Totals = {
    currency: 'USD',
    digits: 2,
    subtotalMinor,
    shippingMinor,
    shippingTaxMinor: 0,
    shippingDiscountMinor: 0,
    discountMinor: 0,
    taxMinor,
    grandTotalMinor: subtotalMinor + shippingMinor + taxMinor,
  };
  const address = {
    firstName: 'Veronica',
    lastName: 'Costello',
    company: null,
    street: ['6146 Honey Bluff Parkway', 'Apt 2'],
    city: 'Calder',
    postcode: '49628-7978',
    region: 'MI',
    countryCode: 'US',
    telephone: '(555) 229-3326',
  };
  return {
    instance: 'us',
    store: 'default',
    incrementId: wanted.incrementId,
    entityId: Number(wanted.incrementId),
    occurredAt: null,
    version: { epoch: 1, number: 1 },
    storeId: 1,
    state: wanted.state ?? 'processing',
    status: wanted.state ?? 'processing',
    stateBeforeHold: null,
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    updatedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    isVirtual: false,
    paymentMethod: 'checkmo',
    shippingMethod: 'flatrate_flatrate',
    couponCode: null,
    customer: {
      customerId: null,
      isGuest: true,
      groupId: 0,
      email: wanted.email ?? 'roni_cost@example.com',
      firstName: null,
      lastName: null,
    },
    billingAddress: address,
    shippingAddress: address,
    lines,
    totals,
    baseTotals: totals,
    problems: [],
    digest: 'd',
  };
}

function orderLine({ sku, quantity, priceMinor }: WantedLine, lineId: string): Order['lines'][number] {
  const subtotalMinor = quantity * priceMinor;
  return {
    lineId,
    sku,
    name: `As ordered: ${sku}`,
    productType: 'simple',
    quantity: quantity.toFixed(4),
    quantityShipped: '0.0000',
    quantityInvoiced: '0.0000',
    quantityCanceled: '0.0000',
    quantityRefunded: '0.0000',
    unitPrice: (priceMinor / 100).toFixed(4),
    taxPercent: '8.2500',
    subtotalMinor,
    discountMinor: 0,
    taxMinor: Math.round(subtotalMinor * 0.0825),
    rowTotalMinor: subtotalMinor,
  };
}
