/** From state to state: the buttons of an ERP. */
import type { RecipeWay } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { textOf } from '../../platform/expressions/template.ts';
import type { Caller } from './caller.ts';
import { fits, nameOf } from './documents.ts';
import type { Document, Documents, Found } from './documents.ts';

/** A way that goes in circles. */
const stepsMax = 20;

/**
 * Leads the document to one of the states in `done`, step by step; after each its state is read again, because an answer
 * says little: a button may do nothing, and one that is refused may have been pressed by somebody else meanwhile.
 * @returns whether anything was called
 */
export async function goTo(
  way: RecipeWay,
  place: string,
  from: Document,
  { caller, documents, variables }: { caller: Caller; documents: Documents; variables: Variables },
): Promise<boolean> {
  const path = `erp.recipe.${place}`;
  let document = from;
  for (let steps = 0; ; steps += 1) {
    const own = { ...variables, document };
    if (await fits(way.done, document, own, `${path}.done`)) return steps > 0;
    const index = await nextStep(way, document, own, path);
    if (index === null || steps === stepsMax) throw await stuck(way, document, own, place);
    const refusal = await caller
      .call({ asked: way.steps[index]!, place: `${place}.steps.${index}`, effect: 'writes', variables: own })
      .then(() => null, rejectedOnly);
    const look = async (found: Found | null) => {
      // What was deleted is somewhere too.
      document = found?.document ?? { ...document, state: 'gone' };
      const now = { ...own, document };
      return (
        (await fits(way.done, document, now, `${path}.done`)) ||
        (await nextStep(way, document, now, path)) !== index
      );
    };
    const found =
      refusal === null ? await documents.findWhen(look, variables) : await documents.find(variables);
    if (!(await look(found))) throw refusal ?? noProgress(document, `${place}.steps.${index}`);
  }
}

async function nextStep(
  { steps }: RecipeWay,
  document: Document,
  own: Variables,
  path: string,
): Promise<number | null> {
  for (const [index, step] of steps.entries())
    if (await fits(step.from, document, own, `${path}.steps.${index}.from`)) return index;
  return null;
}

function rejectedOnly(error: unknown): Rejected {
  if (error instanceof Rejected) return error;
  throw error;
}

async function stuck(way: RecipeWay, document: Document, own: Variables, place: string): Promise<Rejected> {
  const said = isExpression(way.else)
    ? await evaluate(way.else, document, own, `erp.recipe.${place}.else`)
    : way.else;
  const state = document.state === undefined ? '' : ` in state ${textOf(document.state)}`;
  return new Rejected({
    code: 'order.erp_state',
    what: `Document ${nameOf(document)} of the ERP is${state}, from where "${place}" knows no step`,
    ...(said !== undefined && { why: textOf(said) }),
    fix: 'Bring it where it belongs in the ERP by hand, then `cartage parked release KEY`; or add the state to the recipe',
  });
}

function noProgress(document: Document, place: string): Rejected {
  return new Rejected({
    code: 'order.erp_no_progress',
    what: `"${place}" changed nothing about document ${nameOf(document)} of the ERP, and it did not say why`,
    fix: 'Press the button in the ERP by hand and see what it asks for; then `cartage parked release KEY`',
  });
}
