import type { Clock } from '../../platform/clock.ts';
import type { RecipeListing, RecipeNeed } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isScalar, textOf } from '../../platform/expressions/template.ts';
import { isTrue } from './answer.ts';
import type { Asker, ShowingAsker } from './caller.ts';
import { listOf } from './documents.ts';
import { Memory } from './memory.ts';
import { pagesOf } from './pages.ts';
import { Serial } from './serial.ts';

/** Where a need stands: its list in the recipe, and the need's own place. */
interface Place {
  name: string;
  path: string;
}

/** What an order refers to in the ERP, and the parts of its document: found, else made, else the order is rejected. */
export class Needs {
  readonly #caller: ShowingAsker;
  readonly #memory: Memory;
  readonly #serial = new Serial();

  constructor(caller: ShowingAsker, clock: Clock) {
    this.#caller = caller;
    this.#memory = new Memory(caller, clock);
  }

  /** After a refusal. */
  forget(): void {
    this.#memory.forget();
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
    return (await this.#found(need, place, variables)) ?? this.#made(need, place, variables);
  }

  async #made(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    const { make } = need;
    if (make === undefined) throw await missing(need, place, variables);
    const call = { asked: make, place: `${place.name}.make`, effect: 'writes' as const, variables };
    const answer = await this.#caller.call(call);
    const made =
      answer !== null && make.take !== undefined
        ? await evaluate(make.take, answer, variables, `${place.path}.make.take`)
        : undefined;
    // An answer need not name what it has made.
    const value = isNothing(made) ? await this.#found(need, place, variables) : made;
    if (value === undefined) throw await missing(need, place, variables);
    return value;
  }

  async #found(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    const ask = (asker: Asker) => this.#search(asker, need.find!, place, variables);
    if (need.cacheMs === 0) return ask(this.#caller);
    const remembering = this.#memory.asker(need.cacheMs);
    const value = await ask(remembering);
    return value === undefined && remembering.hasRemembered ? ask(this.#caller) : value;
  }

  async #search(
    asker: Asker,
    find: RecipeListing,
    { name, path }: Place,
    variables: Variables,
  ): Promise<unknown> {
    for await (const answer of pagesOf(asker, find, `${name}.find`, variables)) {
      const value = await evaluate(find.take ?? '=result', answer, variables, `${path}.find.take`);
      if (!isNothing(value)) return value;
    }
    return undefined;
  }
}

const isNothing = (value: unknown): boolean => value === false || value === '' || listOf(value).length === 0;

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
