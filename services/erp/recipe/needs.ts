import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RecipeCall, RecipeNeed } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isScalar, textOf } from '../../platform/expressions/template.ts';
import { isTrue } from './answer.ts';
import type { Caller } from './caller.ts';
import { listOf } from './documents.ts';
import { Serial } from './serial.ts';

/** What the ERP knew a while ago, over all needs. */
const cacheMax = 10_000;

/** Where a need stands: its list in the recipe, and the need's own place. */
interface Place {
  name: string;
  path: string;
}

/**
 * What an order refers to in the ERP, and the parts of its document: found, else made, else the order is rejected.
 * What was found may be kept for a while; that something is not there is asked every time.
 */
export class Needs {
  readonly #caller: Caller;
  readonly #clock: Clock;
  readonly #cache = new BoundedMap<string, { value: unknown; untilMs: number }>(cacheMax);
  readonly #serial = new Serial();

  constructor(caller: Caller, clock: Clock) {
    this.#caller = caller;
    this.#clock = clock;
  }

  /** After a refusal: what was kept may be what was refused. */
  forget(): void {
    this.#cache.clear();
  }

  /** @returns the variables, and in them each need by its name; what it names in `each` by its text, or its place. */
  async all(needs: readonly RecipeNeed[], list: 'needs' | 'parts', given: Variables): Promise<Variables> {
    let variables = given;
    for (const [index, need] of needs.entries()) {
      const place = { name: `orders.${list}.${need.name}`, path: `erp.recipe.orders.${list}.${index}` };
      if (
        need.when !== undefined &&
        !isTrue(await evaluate(need.when, undefined, variables, `${place.path}.when`))
      )
        continue;
      variables = { ...variables, [need.name]: await this.#valueOf(need, place, variables) };
    }
    return variables;
  }

  async #valueOf(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    if (need.each === undefined) return this.#one(need, place, variables);
    const items = listOf(await evaluate(need.each, undefined, variables, `${place.path}.each`));
    const values: Record<string, unknown> = {};
    for (const [index, item] of items.entries())
      values[isScalar(item) ? String(item) : String(index)] = await this.#one(need, place, {
        ...variables,
        item,
        index,
      });
    return values;
  }

  async #one(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    if (need.value !== undefined) return evaluate(need.value, undefined, variables, `${place.path}.value`);
    if (need.serial === undefined) return this.#foundOrMade(need, place, variables);
    const turn = await evaluate(need.serial, undefined, variables, `${place.path}.serial`);
    return this.#serial.run(`${place.name} ${JSON.stringify(turn)}`, () =>
      this.#foundOrMade(need, place, variables),
    );
  }

  async #foundOrMade(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    const key = need.cacheMs > 0 ? await this.#questionOf(need, place, variables) : '';
    const kept = this.#cache.get(key);
    if (kept !== undefined && this.#clock.now() < kept.untilMs) return kept.value;
    const value =
      (await this.#taken(need.find!, 'find', place, variables)) ?? (await this.#made(need, place, variables));
    if (need.cacheMs > 0) this.#cache.set(key, { value, untilMs: this.#clock.now() + need.cacheMs });
    return value;
  }

  /** What is asked for is what the answer depends on. */
  async #questionOf({ find }: RecipeNeed, { name }: Place, variables: Variables): Promise<string> {
    const { path, body } = await this.#caller.preview({ asked: find!, place: `${name}.find`, variables });
    return `${name} ${path} ${body ?? ''}`;
  }

  async #made(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    const { make } = need;
    if (make === undefined) throw await missing(need, place, variables);
    const made = await this.#taken(make, 'make', place, variables);
    // An answer need not name what it has made.
    const value = made ?? (await this.#taken(need.find!, 'find', place, variables));
    if (value === undefined) throw await missing(need, place, variables);
    return value;
  }

  async #taken(
    asked: RecipeCall,
    what: 'find' | 'make',
    { name, path }: Place,
    variables: Variables,
  ): Promise<unknown> {
    const effect = what === 'make' ? 'writes' : 'reads';
    const answer = await this.#caller.call({ asked, place: `${name}.${what}`, effect, variables });
    if (answer === null || (what === 'make' && asked.take === undefined)) return undefined;
    const value = await evaluate(asked.take ?? '=result', answer, variables, `${path}.${what}.take`);
    return value === null || value === false || value === '' || listOf(value).length === 0
      ? undefined
      : value;
  }
}

async function missing(
  { missing: text }: RecipeNeed,
  { name, path }: Place,
  variables: Variables,
): Promise<Rejected> {
  const said = isExpression(text) ? await evaluate(text, undefined, variables, `${path}.missing`) : text;
  const item = isScalar(variables.item) ? ` (${variables.item})` : '';
  return new Rejected({
    code: 'order.erp_missing',
    what: said === undefined ? `The ERP has no "${name}" for the order${item}` : textOf(said),
    fix: 'Make it in the ERP, or correct what the order or the mapping says; then `cartage parked release KEY`',
  });
}
