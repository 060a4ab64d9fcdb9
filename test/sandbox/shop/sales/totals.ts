import { decimal, number, over, round, times } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { AddressRow, CartItemRow, LineAmounts } from '../state/sales-rows.ts';

/** The only tax of the shop: 8.25 % on everything sent (or billed) to Illinois. */
export const TAX_CODE = 'US-IL-8.25';
const TAX_PERCENT = 8.25;
const TAXED_REGION = 'IL';
/** The only cart rule: coupon ERP10, ten per cent off every line. */
export const COUPON = 'ERP10';
export const COUPON_RULE_ID = '1';
const COUPON_PERCENT = 10;
/** Flat rate shipping, per piece that is sent. */
const SHIPPING_PER_PIECE = 5;

export interface Totals {
  lines: Map<number, LineAmounts>;
  subtotal: number;
  subtotal_incl_tax: number;
  /** Positive here; orders and carts show it negative. */
  discount_amount: number;
  shipping_amount: number;
  tax_amount: number;
  grand_total: number;
  items_qty: number;
  weight: number;
}

export interface TotalsContext {
  coupon: string | null;
  taxAddress: AddressRow | null;
  hasShipping: boolean;
}

/**
 * Totals of a cart as Magento computes them: tax on the discounted row, and every rounding carries its
 * remainder over to the next line ("total" tax algorithm), so that the sum is right to the cent.
 */
export function computeTotals(items: readonly CartItemRow[], context: TotalsContext): Totals {
  const rate = context.taxAddress?.region_code === TAXED_REGION ? TAX_PERCENT : 0;
  const roundTaxBefore = carryingRound();
  const roundTaxAfter = carryingRound();
  const roundDiscount = carryingRound();
  const lines = new Map<number, LineAmounts>();
  for (const item of items) {
    if (!carriesPrice(item, items)) continue;
    const row = round(times(decimal(item.price), totalQty(item, items)), 4);
    const percent = context.coupon === COUPON ? COUPON_PERCENT : 0;
    const discount = percent === 0 ? 0n : roundDiscount(perCent(row, percent));
    const taxBefore = rate === 0 ? 0n : roundTaxBefore(perCent(row, rate));
    const tax = rate === 0 ? 0n : roundTaxAfter(perCent(row - discount, rate));
    const inclTax = row + taxBefore;
    lines.set(item.item_id, {
      row_total: number(row),
      discount_amount: number(discount),
      discount_percent: percent,
      tax_percent: rate,
      tax_amount: number(tax),
      row_total_incl_tax: number(inclTax),
      price_incl_tax: number(round(over(inclTax, totalQty(item, items)), 2)),
    });
  }
  addParents(items, lines);
  return sums(items, lines, context);
}

/** Does the line itself carry price, tax and discount (and not its children or its parent)? */
function carriesPrice(item: CartItemRow, items: readonly CartItemRow[]): boolean {
  if (item.parent_item_id === null) return !item.children_calculated;
  return items.find(({ item_id }) => item_id === item.parent_item_id)?.children_calculated === true;
}

/** Pieces of a line; a child's quantity is per parent. */
export function totalQty(item: CartItemRow, items: readonly CartItemRow[]): Decimal {
  const parent = items.find(({ item_id }) => item_id === item.parent_item_id);
  return parent === undefined ? decimal(item.qty) : times(decimal(item.qty), decimal(parent.qty));
}

function addParents(items: readonly CartItemRow[], lines: Map<number, LineAmounts>): void {
  for (const parent of items.filter((item) => item.children_calculated)) {
    const children = items.filter(({ parent_item_id }) => parent_item_id === parent.item_id);
    const sumOf = (member: keyof LineAmounts): Decimal =>
      children.reduce((total, { item_id }) => total + decimal(lines.get(item_id)?.[member] ?? 0), 0n);
    const inclTax = sumOf('row_total_incl_tax');
    lines.set(parent.item_id, {
      row_total: number(sumOf('row_total')),
      discount_amount: 0,
      discount_percent: 0,
      tax_percent: 0,
      tax_amount: number(sumOf('tax_amount')),
      row_total_incl_tax: number(inclTax),
      price_incl_tax: number(round(over(inclTax, decimal(parent.qty)), 2)),
    });
  }
}

function sums(
  items: readonly CartItemRow[],
  lines: Map<number, LineAmounts>,
  context: TotalsContext,
): Totals {
  const tops = items.filter(({ parent_item_id }) => parent_item_id === null);
  const priced = items.filter((item) => carriesPrice(item, items));
  const total = (rows: readonly CartItemRow[], member: keyof LineAmounts): Decimal =>
    rows.reduce((sum, { item_id }) => sum + decimal(lines.get(item_id)?.[member] ?? 0), 0n);
  const subtotal = total(tops, 'row_total');
  const discount = total(priced, 'discount_amount');
  const tax = total(priced, 'tax_amount');
  const shipping = context.hasShipping ? shippingAmount(items) : 0n;
  return {
    lines,
    subtotal: number(subtotal),
    subtotal_incl_tax: number(total(tops, 'row_total_incl_tax')),
    discount_amount: number(discount),
    shipping_amount: number(shipping),
    tax_amount: number(tax),
    grand_total: number(subtotal - discount + tax + shipping),
    items_qty: number(tops.reduce((sum, item) => sum + decimal(item.qty), 0n)),
    weight: number(tops.reduce((sum, item) => sum + times(decimal(item.weight ?? 0), decimal(item.qty)), 0n)),
  };
}

/** Flat rate per piece; of a bundle that ships separately the parts count. */
function shippingAmount(items: readonly CartItemRow[]): Decimal {
  const pieces = items
    .filter((item) => {
      if (item.is_virtual) return false;
      if (item.parent_item_id === null) return !item.ship_separately;
      return items.find(({ item_id }) => item_id === item.parent_item_id)?.ship_separately === true;
    })
    .reduce((sum, item) => sum + totalQty(item, items), 0n);
  return times(pieces, decimal(SHIPPING_PER_PIECE));
}

function perCent(amount: Decimal, percent: number): Decimal {
  return over(times(amount, decimal(percent)), decimal(100));
}

/** Rounds to cents and carries what was lost or won over to the next amount. */
function carryingRound(): (amount: Decimal) => Decimal {
  let remainder = decimal(0.000001);
  return (amount) => {
    const rounded = round(amount + remainder, 2);
    remainder += amount - rounded;
    return rounded;
  };
}
