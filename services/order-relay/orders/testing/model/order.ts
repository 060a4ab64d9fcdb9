/** What Magento's REST service answers of an order that came of a cart: the amounts, and what must be with them. */
import { collect } from './cart.ts';
import type { Cart, CartItem, Collected, CollectedItem, ShopConfig } from './cart.ts';
import { sumOf } from './round.ts';
import type { TaxedRow } from './taxes.ts';

export interface Placed {
  cart: Cart;
  shop: ShopConfig;
  currency: string;
  baseCurrency: string;
  /** From base to order. */
  currencyRate: number;
}

type Amounts = Record<string, number>;

export function placedOrder({ cart, shop, currency, baseCurrency, currencyRate }: Placed): object {
  const own = collect(cart, shop, currencyRate);
  const base = collect(cart, shop, 1);
  return {
    ...bothOf(totalsOf(own, shop), totalsOf(base, shop)),
    entity_id: 1,
    increment_id: '000000001',
    store_id: 1,
    state: 'new',
    status: 'pending',
    created_at: '2026-01-02 03:04:05',
    updated_at: '2026-01-02 03:04:05',
    is_virtual: 0,
    order_currency_code: currency,
    base_currency_code: baseCurrency,
    base_to_order_rate: currencyRate,
    items: cart.items.map((item, index) =>
      orderItem(item, { own: own.items[index]!, base: base.items[index]!, currencyRate }, index + 1),
    ),
    payment: { method: 'checkmo' },
    extension_attributes: {
      applied_taxes: appliedTaxes(allTaxed(own), allTaxed(base)),
      item_applied_taxes: itemAppliedTaxes(own, base),
    },
  };
}

function totalsOf({ items, shipping }: Collected, { fixedProductTax: { inSubtotal } }: ShopConfig): Amounts {
  const whole = (of: (item: CollectedItem) => number) => sumOf(items.map(of));
  const fees = whole(({ fixedProductTax }) => fixedProductTax?.rowTotal ?? 0);
  const totals = {
    subtotal: whole(({ rowTotal }) => rowTotal) + (inSubtotal ? fees : 0),
    subtotal_incl_tax: whole((item) => item.rowTotalInclTax + (item.fixedProductTax?.rowTotalInclTax ?? 0)),
    discount_amount: -(whole(({ discount }) => discount) + shipping.discount),
    discount_tax_compensation_amount: whole(({ compensation }) => compensation),
    shipping_amount: shipping.rowTotal,
    shipping_incl_tax: shipping.rowTotalInclTax,
    shipping_tax_amount: shipping.rowTax,
    shipping_discount_amount: shipping.discount,
    shipping_discount_tax_compensation_amount: shipping.compensation,
    tax_amount: whole((item) => item.rowTax + (item.fixedProductTax?.rowTax ?? 0)) + shipping.rowTax,
  };
  const parts = [
    totals.subtotal,
    totals.discount_amount,
    totals.discount_tax_compensation_amount,
    totals.shipping_amount,
    totals.shipping_discount_tax_compensation_amount,
    totals.tax_amount,
    inSubtotal ? 0 : fees,
  ];
  return { ...totals, grand_total: sumOf(parts), total_due: sumOf(parts) };
}

function orderItem(
  item: CartItem,
  { own, base, currencyRate }: { own: CollectedItem; base: CollectedItem; currencyRate: number },
  itemId: number,
): object {
  return {
    ...bothOf(itemAmounts(own), itemAmounts(base)),
    original_price: stored(item.price * currencyRate),
    base_original_price: item.price,
    item_id: itemId,
    product_id: itemId,
    product_type: 'simple',
    sku: item.sku,
    name: item.sku,
    qty_ordered: item.quantity,
    tax_percent: sumOf(item.rates.map(({ percent }) => percent)),
    weee_tax_applied: JSON.stringify(
      own.fixedProductTax ? [feeEntry(own.fixedProductTax, base.fixedProductTax!)] : [],
    ),
  };
}

/** As REST shows them: rows after discount, and nothing below zero. */
function itemAmounts(item: CollectedItem): Amounts {
  return {
    price: item.price,
    price_incl_tax: item.priceInclTax,
    row_total: Math.max(0, item.rowTotal - item.discount),
    tax_amount: item.rowTax,
    discount_amount: item.discount,
    discount_tax_compensation_amount: item.compensation,
    weee_tax_applied_row_amount: item.fixedProductTax?.rowTotal ?? 0,
  };
}

function feeEntry(own: TaxedRow, base: TaxedRow): object {
  return {
    title: 'Recycling',
    row_amount: stored(own.rowTotal),
    base_row_amount: stored(base.rowTotal),
    row_amount_incl_tax: stored(own.rowTotalInclTax),
    base_row_amount_incl_tax: stored(base.rowTotalInclTax),
  };
}

const allTaxed = ({ items, shipping }: Collected): TaxedRow[] => [
  ...items.flatMap((item) => [item, ...(item.fixedProductTax ? [item.fixedProductTax] : [])]),
  shipping,
];

function itemAppliedTaxes(own: Collected, base: Collected): object[] {
  const entries = own.items.flatMap((item, index) => {
    const baseItem = base.items[index]!;
    const fee = item.fixedProductTax && {
      type: 'weee',
      associated_item_id: index + 1,
      applied_taxes: appliedTaxes([item.fixedProductTax], [baseItem.fixedProductTax!]),
    };
    const product = { type: 'product', item_id: index + 1, applied_taxes: appliedTaxes([item], [baseItem]) };
    return fee ? [product, fee] : [product];
  });
  return [...entries, { type: 'shipping', applied_taxes: appliedTaxes([own.shipping], [base.shipping]) }];
}

function appliedTaxes(own: readonly TaxedRow[], base: readonly TaxedRow[]): object[] {
  const baseApplied = base.flatMap(({ applied }) => applied);
  const ownApplied = own.flatMap(({ applied }) => applied).filter(({ amount }) => amount !== 0);
  const ofCode = Map.groupBy(ownApplied, ({ code }) => code);
  return [...ofCode].map(([code, taxes]) => ({
    code,
    title: code,
    percent: taxes[0]!.percent,
    amount: stored(sumOf(taxes.map(({ amount }) => amount))),
    base_amount: stored(sumOf(baseApplied.filter((tax) => tax.code === code).map(({ amount }) => amount))),
  }));
}

/** Two members of the base currency are named in Magento's own way. */
const baseNames: Record<string, string> = {
  shipping_discount_tax_compensation_amount: 'base_shipping_discount_tax_compensation_amnt',
  weee_tax_applied_row_amount: 'base_weee_tax_applied_row_amnt',
};

function bothOf(own: Amounts, base: Amounts): Amounts {
  const named = Object.entries(base).map(([name, amount]) => [
    baseNames[name] ?? `base_${name}`,
    stored(amount),
  ]);
  const ownStored = Object.entries(own).map(([name, amount]) => [name, stored(amount)]);
  return Object.fromEntries([...ownStored, ...named]) as Amounts;
}

/** The tables keep four places. */
const stored = (value: number): number => Number(value.toFixed(4));
