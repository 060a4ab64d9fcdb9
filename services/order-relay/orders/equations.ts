import type { Problem } from '../../../schemas/types.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { magnitude, minus, sum, toPlaces } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { explanationOf, unknownTotals } from './extension-totals.ts';
import type { ModuleTotal } from './extension-totals.ts';
import { hundredth } from './row-amounts.ts';
import type { Prefix, RowAmounts } from './row-amounts.ts';
import { otherTaxOf } from './taxes.ts';
import { currencyOf, workedGrandTotal } from './totals.ts';
import type { ExactTotals } from './totals.ts';

/** One of Magento's own equations between the amounts of an order. */
interface Equation {
  /** The member that the shop says. */
  name: string;
  /** What it is worked out from. */
  from: string;
  worked: Decimal;
  said: Decimal;
}

/** Rows and totals of an order in one currency. */
export interface Amounts {
  rows: RowAmounts;
  totals: ExactTotals;
}

/** The equations that held for every order observed (FACTS section 12), rows before totals. */
function equationsOf(order: MagentoOrder, { rows, totals }: Amounts, prefix: Prefix): Equation[] {
  const inSubtotal = minus(rows.fixedProductTax, totals.fixedProductTax);
  return [
    {
      name: 'subtotal',
      from: 'the rows',
      worked: sum([rows.subtotal, inSubtotal]),
      said: totals.subtotal,
    },
    {
      name: 'discount_amount',
      from: 'the rows + shipping_discount_amount',
      worked: sum([rows.discountShown, totals.shippingDiscountShown]),
      said: totals.discountShown,
    },
    {
      name: 'discount_tax_compensation_amount',
      from: 'the rows',
      worked: minus(rows.discountShown, rows.discount),
      said: totals.compensation,
    },
    {
      name: 'tax_amount',
      from: 'the rows + shipping_tax_amount + tax on other totals',
      worked: sum([rows.tax, totals.shippingTax, otherTaxOf(order, prefix)]),
      said: totals.tax,
    },
    {
      name: 'grand_total',
      from: 'subtotal - discount + shipping + tax + known other totals',
      worked: workedGrandTotal(totals),
      said: totals.grandTotal,
    },
  ];
}

/**
 * Works an order's totals out again, from its rows, in both currencies. What an equation lacks may be the total of a
 * module; then it holds, and of the grand total that module's total is a part.
 */
export function checkTotals(order: MagentoOrder, own: Amounts, base: Amounts) {
  const equations = [equationsOf(order, own, ''), equationsOf(order, base, 'base_')] as const;
  let other: ModuleTotal | null = null;
  const problems: Problem[] = [];
  for (const [index, ownEquation] of equations[0].entries()) {
    const baseEquation = equations[1][index]!;
    if (holds(ownEquation) && holds(baseEquation)) continue;
    const found = explanationOf(order, lackOf(ownEquation), lackOf(baseEquation));
    if (found && ownEquation.name === 'grand_total') other = found;
    if (!found) problems.push(...problemsOf(order, ownEquation, baseEquation));
  }
  return { other, problems };
}

const lackOf = ({ said, worked }: Equation): Decimal => minus(said, worked);

/** Sums of what Magento has rounded to hundredths are exact; one hundredth may be a rounding of another module. */
const holds = (equation: Equation): boolean => magnitude(lackOf(equation)) <= hundredth;

/** The base totals of an order in one currency are the same figures: they are not complained of twice. */
function problemsOf(order: MagentoOrder, own: Equation, base: Equation): Problem[] {
  const failed: [Equation, Prefix][] = [];
  if (!holds(own)) failed.push([own, '']);
  if (!holds(base) && (holds(own) || currencyOf(order, '') !== currencyOf(order, 'base_')))
    failed.push([base, 'base_']);
  return failed.map(([equation, prefix]) => ({
    code: 'order.totals_differ',
    detail: `${prefix}${equation.name}: ${words(equation, currencyOf(order, prefix))}${hintOf(order)}`,
  }));
}

function words(equation: Equation, currency: string): string {
  const { from, worked, said } = equation;
  return `${from} come to ${toPlaces(worked, 4)} ${currency}, the shop says ${toPlaces(said, 4)} (${toPlaces(lackOf(equation), 4)} is not explained)`;
}

function hintOf(order: MagentoOrder): string {
  const totals = unknownTotals(order).map(({ code, own }) => `${code} ${toPlaces(own, 4)}`);
  return totals.length === 0 ? '' : `; extensions have added ${totals.join(', ')}`;
}
