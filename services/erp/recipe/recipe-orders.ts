/**
 * Orders into an ERP that takes them over HTTP, as its recipe says.
 *
 * Every run begins with the look-up and goes on from what it finds: needs, create, parts, verify, advance. So it does not
 * matter where the one before was cut off, nor whether the ERP carried out what it gave no answer to. `create` alone
 * cannot be repeated; it carries the key, and the ERP should refuse a second document with it.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Recipe, RecipeCall } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isScalar } from '../../platform/expressions/template.ts';
import type { ComparedField, ErpOrders, FoundOrder, OrderInput } from '../orders/erp-orders.ts';
import type { PlannedStep } from '../planned-step.ts';
import { isTrue } from './answer.ts';
import type { Caller } from './caller.ts';
import { Documents, fits } from './documents.ts';
import type { Found } from './documents.ts';
import { Restart } from './faults.ts';
import { Needs } from './needs.ts';
import { Planner, planRest } from './plan.ts';
import { nameOf } from './records.ts';
import type { ErpRecord } from './records.ts';
import { restarting } from './restarts.ts';
import { sides, verify } from './verify.ts';
import { goTo } from './way.ts';

export class RecipeOrders implements ErpOrders {
  readonly #recipe: Recipe;
  readonly #caller: Caller;
  readonly #clock: Clock;
  readonly #documents: Documents;
  readonly #needs: Needs;

  constructor(recipe: Recipe, caller: Caller, clock: Clock) {
    this.#recipe = recipe;
    this.#caller = caller;
    this.#clock = clock;
    this.#documents = new Documents(recipe, caller, clock);
    this.#needs = new Needs(caller, clock);
  }

  lookup(key: string): Promise<FoundOrder | null> {
    const variables = this.#caller.scope({ key });
    return this.#restarting(async () => {
      const found = await this.#documents.find(variables);
      if (found === null) return null;
      return {
        ...orderOf(found.document),
        isDone: found.isCanceled || (await this.#isDone(found.document, variables)),
        ...(this.#recipe.orders.canceled.length > 0 && { isCanceled: found.isCanceled }),
      };
    });
  }

  create(input: OrderInput): Promise<FoundOrder & { created: boolean }> {
    return this.#restarting(() => this.#complete(input));
  }

  change(input: OrderInput): Promise<(FoundOrder & { changed: boolean }) | null> {
    return this.#restarting(async () => {
      const variables = this.#caller.scope({ ...input });
      const found = await this.#documents.find(variables);
      if (found === null) return null;
      if (found.isCanceled) refuseCanceled(found, input);
      return { ...orderOf(found.document), changed: await this.#change(found.document, variables) };
    });
  }

  /** By what is verified of a new one, and whether it is canceled. */
  async compare(inputs: readonly OrderInput[]): Promise<Map<string, readonly ComparedField[]>> {
    const compared = new Map<string, readonly ComparedField[]>();
    for (const input of inputs) {
      const variables = this.#caller.scope({ ...input });
      const found = await this.#restarting(() => this.#documents.find(variables));
      if (found === null) continue;
      const { verify: checks } = this.#recipe.orders;
      // A canceled one has often no amounts left.
      const fields = found.isCanceled ? [] : await sides(checks, found.document, variables);
      compared.set(input.key, [...fields, cancellation(found, input)]);
    }
    return compared;
  }

  plan(input: OrderInput, tell: (step: PlannedStep) => void): Promise<void> {
    const variables = this.#caller.scope({ ...input });
    return this.#restarting(async () => {
      const planner = new Planner(this.#caller, tell);
      const found = await new Documents(this.#recipe, planner, this.#clock).find(variables);
      if (found?.isCanceled) refuseCanceled(found, input);
      const document = found?.document ?? null;
      const needs = new Needs(planner, this.#clock);
      if (document === null || !(await this.#isDone(document, variables)))
        await planRest(this.#recipe, document, { planner, needs, given: variables });
    });
  }

  async #complete(input: OrderInput): Promise<FoundOrder & { created: boolean }> {
    const variables = this.#caller.scope({ ...input });
    const found = await this.#documents.find(variables);
    // A canceled one is nothing to go on with: whether it suits the order is asked when a change is to be told.
    if (found !== null && (found.isCanceled || (await this.#isDone(found.document, variables))))
      return { ...orderOf(found.document), created: false };
    const document = await this.#whole(found?.document ?? null, variables);
    const { verify: checks, advance } = this.#recipe.orders;
    await verify(checks, document, variables);
    if (advance !== undefined) await goTo(advance, 'orders.advance', document, this.#way(variables));
    return { ...orderOf(document), created: true };
  }

  /** The document with all its parts, made as far as it is not there. */
  async #whole(found: ErpRecord | null, variables: Variables): Promise<ErpRecord> {
    const { needs, create, parts } = this.#recipe.orders;
    if (found !== null && parts.length === 0) return found;
    const needed = await this.#needs.all(needs, 'needs', variables);
    if (found === null) await this.#create(create, needed);
    const document = found ?? (await this.#made(variables));
    if (parts.length === 0) return document;
    await this.#needs.all(parts, 'parts', { ...needed, document });
    return this.#made(variables);
  }

  /** Whose refusal may mean that somebody else has made it since the look: not every ERP says so in a way that is known. */
  async #create(asked: RecipeCall, variables: Variables): Promise<void> {
    try {
      await this.#caller.call({ asked, place: 'orders.create', effect: 'writes', variables });
    } catch (error) {
      const isThere =
        error instanceof Rejected && (await this.#documents.find(variables))?.isCanceled === false;
      throw isThere ? new Restart('exists', 'orders.create') : error;
    }
  }

  async #made(variables: Variables): Promise<ErpRecord> {
    const find = () => this.#documents.find(variables);
    const found = await this.#documents.records.findWhen(find, (seen) => seen?.isCanceled === false);
    if (found?.isCanceled === false) return found.document;
    throw new Rejected({
      code: 'order.lookup_blind',
      what: 'The look-up does not find the document that was just created',
      why: 'each repetition would make another one',
      fix: 'Let orders.create store $key where orders.lookup looks for it and orders.carries compares it; delete the document in the ERP, then `cartage parked release KEY`',
    });
  }

  /** By the first rule whose `when` is true. */
  async #change(document: ErpRecord, variables: Variables): Promise<boolean> {
    const own = { ...variables, document };
    for (const [index, rule] of this.#recipe.orders.change.entries())
      if (isTrue(await evaluate(rule.when, document, own, `erp.recipe.orders.change.${index}.when`))) {
        let isWritten = false;
        const onWrite = () => (isWritten = true);
        const made = await this.#needs.all(rule.parts, `change.${index}.parts`, own, onWrite);
        return (await goTo(rule, `orders.change.${index}`, document, this.#way(made))) || isWritten;
      }
    return false;
  }

  async #isDone(document: ErpRecord, variables: Variables): Promise<boolean> {
    const { advance } = this.#recipe.orders;
    return (
      advance === undefined ||
      fits(advance.done, document, { ...variables, document }, 'erp.recipe.orders.advance.done')
    );
  }

  #way(variables: Variables) {
    const find = async () => (await this.#documents.find(variables))?.document ?? null;
    return { caller: this.#caller, records: this.#documents.records, find, variables };
  }

  #restarting<Result>(run: () => Promise<Result>): Promise<Result> {
    const { visibleWithinMs } = this.#recipe.orders;
    return restarting({ clock: this.#clock, needs: this.#needs, visibleWithinMs }, run);
  }
}

function orderOf(document: ErpRecord): FoundOrder {
  const { id, reference } = document;
  return { id: String(id), reference: isScalar(reference) ? String(reference) : null };
}

function isOver({ order }: OrderInput): boolean {
  const { state } = order as { state?: unknown };
  return state === 'canceled' || state === 'closed';
}

/** What the shop has ended after goods left the house lives on in the ERP: only the other way round nobody meant it. */
function cancellation({ isCanceled }: Found, input: OrderInput): ComparedField {
  const ours = String(isCanceled && isOver(input));
  return { name: 'canceled', ours, theirs: String(isCanceled) };
}

/** A canceled document suits an order that is canceled itself; any other needs a person. */
function refuseCanceled({ document }: Found, input: OrderInput): void {
  if (isOver(input)) return;
  throw new Rejected({
    code: 'order.erp_canceled',
    what: `Document ${nameOf(document)} is canceled in the ERP, and the order in the shop is not`,
    fix: 'Cancel the order in the shop too; or make it anew in the ERP by hand and `cartage parked discard KEY --reason TEXT`',
  });
}
