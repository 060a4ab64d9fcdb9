/** From state to state: the buttons of an ERP. */
import type { RecipeWay } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { textOf } from '../../platform/expressions/template.ts';
import type { Caller } from './caller.ts';
import { fits } from './documents.ts';
import { subjectOf } from './faults.ts';
import { nameOf } from './records.ts';
import type { ErpRecord, Records } from './records.ts';

/** A way that goes in circles. */
const stepsMax = 20;

export interface Walk {
  caller: Caller;
  records: Records;
  /** What is led, as it is now. */
  find: () => Promise<ErpRecord | null>;
  variables: Variables;
}

/**
 * Leads the document (the partner) to one of the states in `done`, step by step; after each its state is read again,
 * because an answer says little: a button may do nothing, and one that is refused may have been pressed by somebody else
 * meanwhile.
 * @returns whether anything was called
 */
export async function goTo(
  way: RecipeWay,
  place: string,
  from: ErpRecord,
  { caller, records, find, variables }: Walk,
): Promise<boolean> {
  const path = `erp.recipe.${place}`;
  const { noun } = records.sought;
  let record = from;
  for (let steps = 0; ; steps += 1) {
    const own = { ...variables, [noun]: record };
    if (await fits(way.done, record, own, `${path}.done`)) return steps > 0;
    const index = await nextStep(way, record, own, path);
    if (index === null || steps === stepsMax) throw await stuck(way, record, own, { place, noun });
    const refusal = await caller
      .call({ asked: way.steps[index]!, place: `${place}.steps.${index}`, effect: 'writes', variables: own })
      .then(() => null, rejectedOnly);
    const look = async (found: ErpRecord | null) => {
      // What was deleted is somewhere too.
      record = found ?? { ...record, state: 'gone' };
      const now = { ...own, [noun]: record };
      return (
        (await fits(way.done, record, now, `${path}.done`)) ||
        (await nextStep(way, record, now, path)) !== index
      );
    };
    const found = refusal === null ? await records.findWhen(find, look) : await find();
    if (!(await look(found))) throw refusal ?? noProgress(record, `${place}.steps.${index}`, noun);
  }
}

async function nextStep(
  { steps }: RecipeWay,
  record: ErpRecord,
  own: Variables,
  path: string,
): Promise<number | null> {
  for (const [index, step] of steps.entries())
    if (await fits(step.from, record, own, `${path}.steps.${index}.from`)) return index;
  return null;
}

function rejectedOnly(error: unknown): Rejected {
  if (error instanceof Rejected) return error;
  throw error;
}

async function stuck(
  way: RecipeWay,
  record: ErpRecord,
  own: Variables,
  { place, noun }: { place: string; noun: string },
): Promise<Rejected> {
  const said = isExpression(way.else)
    ? await evaluate(way.else, record, own, `erp.recipe.${place}.else`)
    : way.else;
  const state = record.state === undefined ? '' : ` in state ${textOf(record.state)}`;
  return new Rejected({
    code: `${subjectOf(place)}.erp_state`,
    what: `The ERP's ${noun} ${nameOf(record)} is${state}, from where "${place}" knows no step`,
    ...(said !== undefined && { why: textOf(said) }),
    fix: 'Bring it where it belongs in the ERP by hand, then `cartage parked release KEY`; or add the state to the recipe',
  });
}

function noProgress(record: ErpRecord, place: string, noun: string): Rejected {
  return new Rejected({
    code: `${subjectOf(place)}.erp_no_progress`,
    what: `"${place}" changed nothing about the ERP's ${noun} ${nameOf(record)}, and it did not say why`,
    fix: 'Press the button in the ERP by hand and see what it asks for; then `cartage parked release KEY`',
  });
}
