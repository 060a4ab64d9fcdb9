import type { Recipe } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { textOf } from '../../platform/expressions/template.ts';
import { nameOf } from './records.ts';
import type { ComparedField } from '../orders/erp-orders.ts';
import type { ErpRecord } from './records.ts';

/**
 * Compares what the ERP made of the order with the order, before anything that cannot be taken back: it has computed
 * taxes and totals of its own.
 * @throws Rejected with both numbers; the document is left as it is
 */
export async function verify(
  checks: Recipe['orders']['verify'],
  document: ErpRecord,
  variables: Variables,
): Promise<void> {
  const differences = (await sides(checks, document, variables))
    // Nothing equals nothing: a field that is gone must not pass.
    .filter(({ ours, theirs }) => ours === null || ours !== theirs)
    .map(({ name, ours, theirs }) => `${name}: ${shown(ours)} in the shop, ${shown(theirs)} in the ERP`);
  if (differences.length === 0) return;
  throw new Rejected({
    code: 'order.erp_differs',
    what: `Document ${nameOf(document)} of the ERP differs from the order; ${differences.join('; ')}`,
    fix: 'Correct taxes, prices or rounding in the ERP or in the recipe; delete the document there, or correct it; then `cartage parked release KEY`',
  });
}

/** What is compared, as the order has it and as the ERP does; null where one has nothing. */
export async function sides(
  checks: Recipe['orders']['verify'],
  document: ErpRecord,
  variables: Variables,
): Promise<ComparedField[]> {
  const own = { ...variables, document };
  const compared: ComparedField[] = [];
  for (const [index, { name, ours, theirs }] of checks.entries()) {
    const place = `erp.recipe.orders.verify.${index}`;
    const said = async (text: string, side: string) => {
      const value = await evaluate(text, document, own, `${place}.${side}`);
      return value === undefined ? null : textOf(value);
    };
    compared.push({ name, ours: await said(ours, 'ours'), theirs: await said(theirs, 'theirs') });
  }
  return compared;
}

const shown = (value: string | null) => value ?? 'nothing';
