import type { Clock } from '../../platform/clock.ts';
import type { Recipe, RecipeListing, RecipeStates } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isScalar } from '../../platform/expressions/template.ts';
import type { Answer } from './answer.ts';
import { isTrue } from './answer.ts';
import type { Asker } from './caller.ts';
import { pagesOf } from './pages.ts';

/** A document of the ERP as `orders.document` describes it: `id`, and what else the recipe takes. */
export type Document = Readonly<Record<string, unknown>>;

export interface Found {
  document: Document;
  isCanceled: boolean;
}

/** How soon what was not to be seen yet is looked for again. */
const lookAgainMs = 500;

/** Finds the document of an order, in whatever state it is. */
export class Documents {
  readonly #recipe: Recipe;
  readonly #caller: Asker;
  readonly #clock: Clock;

  constructor(recipe: Recipe, caller: Asker, clock: Clock) {
    this.#recipe = recipe;
    this.#caller = caller;
    this.#clock = clock;
  }

  /** After a write: looks until it is to be seen, for as long as the ERP may take to show it; gives what it saw last. */
  async findWhen(
    isSeen: (found: Found | null) => Promise<boolean>,
    variables: Variables,
  ): Promise<Found | null> {
    const untilMs = this.#clock.now() + this.#recipe.orders.visibleWithinMs;
    for (;;) {
      const found = await this.find(variables);
      if ((await isSeen(found)) || this.#clock.now() >= untilMs) return found;
      await this.#clock.wait(lookAgainMs);
    }
  }

  /**
   * @returns null when there is none, or only canceled ones and the rule is to make another
   * @throws Rejected with all of them when several are alive
   */
  async find(variables: Variables): Promise<Found | null> {
    const { lookup, canceled, ifCanceled } = this.#recipe.orders;
    const living: Document[] = [];
    const dead: Document[] = [];
    for (const [index, listing] of lookup.entries())
      for (const document of await this.#listed(listing, `orders.lookup.${index}`, variables)) {
        const isDead = await fits(canceled, document, variables, 'erp.recipe.orders.canceled');
        (isDead ? dead : living).push(document);
      }
    if (living.length > 1) throw several(living);
    const [document] = living;
    if (document !== undefined) return { document, isCanceled: false };
    const last = ifCanceled === 'reject' ? dead.at(-1) : undefined;
    return last === undefined ? null : { document: last, isCanceled: true };
  }

  async #listed(listing: RecipeListing, place: string, variables: Variables): Promise<Document[]> {
    const documents: Document[] = [];
    for await (const answer of pagesOf(this.#caller, listing, place, variables))
      documents.push(...(await this.#carriers(listing, answer, place, variables)));
    return documents;
  }

  /** Of what was found, those that carry the key: an ERP's own filter may take upper for lower case, or be ignored. */
  async #carriers(
    listing: RecipeListing,
    answer: Answer,
    place: string,
    variables: Variables,
  ): Promise<Document[]> {
    const taken = await evaluate(listing.take ?? '=result', answer, variables, `erp.recipe.${place}.take`);
    const documents: Document[] = [];
    for (const item of listOf(taken))
      if (isTrue(await evaluate(this.#recipe.orders.carries, item, variables, 'erp.recipe.orders.carries')))
        documents.push(await this.#whole(await this.#described(item, answer, variables), variables));
    return documents;
  }

  async #whole(document: Document, variables: Variables): Promise<Document> {
    const { read } = this.#recipe.orders;
    if (read === undefined) return document;
    const own = { ...variables, document };
    const answer = await this.#caller.call({
      asked: read,
      place: 'orders.read',
      effect: 'reads',
      variables: own,
    });
    if (answer === null) return document;
    const item = await evaluate(read.take ?? '=result', answer, own, 'erp.recipe.orders.read.take');
    return this.#described(item, answer, variables);
  }

  async #described(item: unknown, answer: Answer, variables: Variables): Promise<Document> {
    const described: Record<string, unknown> = {};
    for (const [name, source] of Object.entries(this.#recipe.orders.document))
      described[name] = await evaluate(
        source,
        item,
        { ...variables, answer },
        `erp.recipe.orders.document.${name}`,
      );
    if (isScalar(described.id)) return described;
    throw new Rejected({
      code: 'order.lookup_ambiguous',
      what: 'The look-up gave a document without an id',
      fix: 'Correct orders.document.id of the recipe, or what orders.lookup takes',
    });
  }
}

/** Whether a document is in one of the states, or what the expression says of it. */
export async function fits(
  states: RecipeStates,
  document: Document,
  variables: Variables,
  place: string,
): Promise<boolean> {
  if (typeof states === 'string')
    return isTrue(await evaluate(states, document, { ...variables, document }, place));
  return states.map(String).includes(String(document.state));
}

export function nameOf({ id, reference }: Document): string {
  return isScalar(reference) ? String(reference) : String(id);
}

export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function several(documents: readonly Document[]): Rejected {
  return new Rejected({
    code: 'order.lookup_ambiguous',
    what: `The ERP holds ${documents.length} documents of the order: ${documents.map(nameOf).join(', ')}`,
    fix: 'Cancel or delete all but one of them in the ERP, then `cartage parked release KEY`; let the ERP refuse a second one of the same key',
  });
}
