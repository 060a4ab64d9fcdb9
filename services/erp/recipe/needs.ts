import type { Clock } from '../../platform/clock.ts';
import type { RecipeListing, RecipeNeed } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isScalar, textOf } from '../../platform/expressions/template.ts';
import { Absent } from './absent.ts';
import { isTrue } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Asker, ShowingAsker } from './caller.ts';
import { subjectOf } from './faults.ts';
import { Memory } from './memory.ts';
import { pagesOf } from './pages.ts';
import { isNothing, listOf } from './records.ts';
import { Serial } from '../../platform/serial.ts';

/** Where a need stands: its list in the recipe, and the need's own place. */
interface Place {
  name: string;
  path: string;
  /** Something was made or written. */
  onWrite: () => void;
}

/** What was found, and the answer that gave it; else the last that gave nothing, where there was one. */
interface Looked {
  value: unknown;
  answer: Answer | undefined;
}

/** What an order (a customer) refers to in the ERP, and the parts of its document: found, else made, else it is rejected. */
export class Needs {
  readonly #caller: ShowingAsker;
  readonly #memory: Memory;
  readonly #serial = new Serial();
  readonly #section: 'orders' | 'customers';

  constructor(caller: ShowingAsker, clock: Clock, section: 'orders' | 'customers' = 'orders') {
    this.#caller = caller;
    this.#section = section;
    this.#memory = new Memory(caller, clock);
  }

  /** After a refusal. */
  forget(): void {
    this.#memory.forget();
  }

  /** @returns the variables, and in them each need by its name; what it names in `each` by its text, or its place. */
  async all(
    needs: readonly RecipeNeed[],
    list: 'needs' | 'parts' | 'erase.parts' | `change.${number}.parts`,
    given: Variables,
    onWrite = () => {},
  ): Promise<Variables> {
    let variables = given;
    for (const [index, need] of needs.entries()) {
      const at = `${this.#section}.${list}`;
      const place = { name: `${at}.${need.name}`, path: `erp.recipe.${at}.${index}`, onWrite };
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
    const absent = new Absent();
    for (const [index, item] of items.entries()) {
      if (absent.isEnough) break;
      const look = () => this.#one(need, place, { ...variables, item, index });
      // What is only looked for may be looked for to the end; nothing more is written for an order that is rejected.
      const isWritten = need.make !== undefined || need.write !== undefined;
      values[isScalar(item) ? String(item) : String(index)] = await (isWritten ? look() : absent.of(look));
    }
    absent.tell();
    return values;
  }

  async #one(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    if (need.value !== undefined) {
      const value = await evaluate(need.value, undefined, variables, `${place.path}.value`);
      return this.#written(value, need, place, variables);
    }
    if (need.serial === undefined) return this.#foundOrMade(need, place, variables);
    const turn = await evaluate(need.serial, undefined, variables, `${place.path}.serial`);
    return this.#serial.run(`${place.name} ${JSON.stringify(turn)}`, () =>
      this.#foundOrMade(need, place, variables),
    );
  }

  async #foundOrMade(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    const { value, answer } = await this.#found(need, place, variables);
    const own = { ...variables, answer };
    return value === undefined ? this.#made(need, place, own) : this.#written(value, need, place, own);
  }

  async #written(found: unknown, { write }: RecipeNeed, place: Place, given: Variables): Promise<unknown> {
    if (write === undefined) return found;
    const variables = { ...given, found };
    await this.#caller.call({ asked: write, place: `${place.name}.write`, effect: 'writes', variables });
    place.onWrite();
    return found;
  }

  async #made(need: RecipeNeed, place: Place, variables: Variables): Promise<unknown> {
    const { make } = need;
    if (make === undefined) throw await missing(need, place, variables);
    const call = { asked: make, place: `${place.name}.make`, effect: 'writes' as const, variables };
    const answer = await this.#caller.call(call);
    place.onWrite();
    // What is not made yet stands as its name in what follows from it.
    if (this.#caller.isDry) return need.name;
    const made =
      answer !== null && make.take !== undefined
        ? await evaluate(make.take, answer, variables, `${place.path}.make.take`)
        : undefined;
    // An answer need not name what it has made.
    const value = isNothing(made) ? (await this.#found(need, place, variables)).value : made;
    if (value === undefined) throw await missing(need, place, variables);
    return value;
  }

  async #found(need: RecipeNeed, place: Place, variables: Variables): Promise<Looked> {
    const ask = (asker: Asker) => this.#search(asker, need, place, variables);
    if (need.cacheMs === 0) return ask(this.#caller);
    const remembering = this.#memory.asker(need.cacheMs);
    const looked = await ask(remembering);
    return looked.value === undefined && remembering.hasRemembered ? ask(this.#caller) : looked;
  }

  /** The first that any of its questions gives. */
  async #search(
    asker: Asker,
    { find, orFind }: RecipeNeed,
    { name, path }: Place,
    variables: Variables,
  ): Promise<Looked> {
    let last: Answer | undefined;
    const listings: [string, RecipeListing][] = [
      ['find', find!],
      ...orFind.map((listing, index): [string, RecipeListing] => [`orFind.${index}`, listing]),
    ];
    for (const [at, listing] of listings)
      for await (const answer of pagesOf(asker, listing, `${name}.${at}`, variables)) {
        const value = await evaluate(listing.take ?? '=result', answer, variables, `${path}.${at}.take`);
        if (!isNothing(value)) return { value, answer };
        last = answer;
      }
    return { value: undefined, answer: last };
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
    code: `${subjectOf(name)}.erp_missing`,
    what: said === undefined ? `The ERP has no "${name}" for the ${subjectOf(name)}${item}` : textOf(said),
    fix: `Make it in the ERP, or correct what the ${subjectOf(name)} or the mapping says; then \`cartage parked release KEY\``,
  });
}
