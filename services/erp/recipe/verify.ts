import type { Recipe } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { textOf } from '../../platform/expressions/template.ts';
import { nameOf } from './records.ts';
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
  const own = { ...variables, document };
  const differences: string[] = [];
  for (const [index, { name, ours, theirs }] of checks.entries()) {
    const place = `erp.recipe.orders.verify.${index}`;
    const [left, right] = [
      await evaluate(ours, document, own, `${place}.ours`),
      await evaluate(theirs, document, own, `${place}.theirs`),
    ];
    // Nothing equals nothing: a field that is gone must not pass.
    if (left === undefined || shown(left) !== shown(right))
      differences.push(`${name}: ${shown(left)} in the shop, ${shown(right)} in the ERP`);
  }
  if (differences.length === 0) return;
  throw new Rejected({
    code: 'order.erp_differs',
    what: `Document ${nameOf(document)} of the ERP differs from the order; ${differences.join('; ')}`,
    fix: 'Correct taxes, prices or rounding in the ERP or in the recipe; delete the document there, or correct it; then `cartage parked release KEY`',
  });
}

const shown = (value: unknown) => (value === undefined ? 'nothing' : textOf(value));
