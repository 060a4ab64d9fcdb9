import type { Clock } from '../../platform/clock.ts';
import type { Recipe, RecipeStates } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isTrue } from './answer.ts';
import type { Asker } from './caller.ts';
import { Records, nameOf } from './records.ts';
import type { ErpRecord } from './records.ts';

export interface Found {
  document: ErpRecord;
  isCanceled: boolean;
}

/** Finds the document of an order, in whatever state it is. */
export class Documents {
  readonly #recipe: Recipe;
  readonly records: Records;

  constructor(recipe: Recipe, caller: Asker, clock: Clock) {
    this.#recipe = recipe;
    const { lookup, carries, document, read, visibleWithinMs } = recipe.orders;
    const sought = { lookup, carries, members: document, read, visibleWithinMs };
    this.records = new Records({ section: 'orders', noun: 'document', ...sought }, caller, clock);
  }

  /**
   * @returns null when there is none, or only canceled ones and the rule is to make another
   * @throws Rejected with all of them when several are alive
   */
  async find(variables: Variables): Promise<Found | null> {
    const { canceled, ifCanceled } = this.#recipe.orders;
    const living: ErpRecord[] = [];
    const dead: ErpRecord[] = [];
    for (const document of await this.records.all(variables)) {
      const own = { ...variables, document };
      const isDead = await fits(canceled, document, own, 'erp.recipe.orders.canceled');
      (isDead ? dead : living).push(document);
    }
    if (living.length > 1) throw several(living);
    const [document] = living;
    if (document !== undefined) return { document, isCanceled: false };
    const last = ifCanceled === 'reject' ? dead.at(-1) : undefined;
    return last === undefined ? null : { document: last, isCanceled: true };
  }
}

/** Whether a record is in one of the states, or what the expression says of it. */
export async function fits(
  states: RecipeStates,
  record: ErpRecord,
  variables: Variables,
  place: string,
): Promise<boolean> {
  if (typeof states === 'string') return isTrue(await evaluate(states, record, variables, place));
  return states.map(String).includes(String(record.state));
}

function several(documents: readonly ErpRecord[]): Rejected {
  return new Rejected({
    code: 'order.lookup_ambiguous',
    what: `The ERP holds ${documents.length} documents of the order: ${documents.map(nameOf).join(', ')}`,
    fix: 'Cancel or delete all but one of them in the ERP, then `cartage parked release KEY`; let the ERP refuse a second one of the same key',
  });
}
