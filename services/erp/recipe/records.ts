import type { Clock } from '../../platform/clock.ts';
import type { RecipeCall, RecipeListing } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { isScalar } from '../../platform/expressions/template.ts';
import type { Answer } from './answer.ts';
import { isTrue } from './answer.ts';
import type { Asker } from './caller.ts';
import { subjectOf } from './faults.ts';
import { pagesOf } from './pages.ts';

/** A record of the ERP as the recipe describes it: `id`, and what else it takes. */
export type ErpRecord = Readonly<Record<string, unknown>>;

/** Which records there are, and what is kept of each. */
export interface Sought {
  section: 'orders' | 'customers';
  /** The field that describes one, and the variable that it becomes. */
  noun: 'document' | 'partner';
  members: Readonly<Record<string, string>>;
  lookup: readonly RecipeListing[];
  /** Whether one that was found is meant at all. */
  carries?: string | undefined;
  read: RecipeCall | undefined;
  visibleWithinMs: number;
}

/** How soon what was not to be seen yet is looked for again. */
const lookAgainMs = 500;

/** Asks the lists of the ERP, and describes what they give. */
export class Records {
  readonly sought: Sought;
  readonly #caller: Asker;
  readonly #clock: Clock;

  constructor(sought: Sought, caller: Asker, clock: Clock) {
    this.sought = sought;
    this.#caller = caller;
    this.#clock = clock;
  }

  /** After a write: looks until it is to be seen, for as long as the ERP may take to show it; gives what it saw last. */
  async findWhen<Found>(
    find: () => Promise<Found>,
    isSeen: (found: Found) => Promise<boolean> | boolean,
  ): Promise<Found> {
    const untilMs = this.#clock.now() + this.sought.visibleWithinMs;
    for (;;) {
      const found = await find();
      if ((await isSeen(found)) || this.#clock.now() >= untilMs) return found;
      await this.#clock.wait(lookAgainMs);
    }
  }

  /** Of all lists. */
  async all(variables: Variables): Promise<ErpRecord[]> {
    const { section, lookup } = this.sought;
    const records: ErpRecord[] = [];
    for (const [index, listing] of lookup.entries())
      for await (const answer of pagesOf(this.#caller, listing, `${section}.lookup.${index}`, variables))
        records.push(...(await this.#described(answer, listing, `lookup.${index}`, variables)));
    return records;
  }

  /** Of what was found, what is meant: an ERP's own filter may take upper for lower case, or be ignored. */
  async #described(
    answer: Answer,
    listing: RecipeListing,
    place: string,
    variables: Variables,
  ): Promise<ErpRecord[]> {
    const taken = await this.#evaluate(listing.take ?? '=result', answer, variables, `${place}.take`);
    const { carries } = this.sought;
    const records: ErpRecord[] = [];
    for (const item of foundIn(taken))
      if (carries === undefined || isTrue(await this.#evaluate(carries, item, variables, 'carries')))
        records.push(await this.#whole(await this.#describe(item, answer, variables), variables));
    return records;
  }

  async #whole(record: ErpRecord, variables: Variables): Promise<ErpRecord> {
    const { section, read, noun } = this.sought;
    if (read === undefined) return record;
    const own = { ...variables, [noun]: record };
    const call = { asked: read, place: `${section}.read`, effect: 'reads' as const, variables: own };
    const answer = await this.#caller.call(call);
    if (answer === null) return record;
    const item = await this.#evaluate(read.take ?? '=result', answer, own, 'read.take');
    return this.#describe(item, answer, variables);
  }

  async #describe(item: unknown, answer: Answer, variables: Variables): Promise<ErpRecord> {
    const { section, noun, members } = this.sought;
    const described: Record<string, unknown> = {};
    for (const [name, source] of Object.entries(members))
      described[name] = await this.#evaluate(source, item, { ...variables, answer }, `${noun}.${name}`);
    if (isScalar(described.id)) return described;
    throw new Rejected({
      code: `${subjectOf(section)}.lookup_ambiguous`,
      what: `The look-up gave a ${noun} without an id`,
      fix: `Correct ${section}.${noun}.id of the recipe, or what ${section}.lookup takes`,
    });
  }

  #evaluate(source: string, input: unknown, variables: Variables, place: string): Promise<unknown> {
    return evaluate(source, input, variables, `erp.recipe.${this.sought.section}.${place}`);
  }
}

export function nameOf({ id, reference }: ErpRecord): string {
  return isScalar(reference) ? String(reference) : String(id);
}

/** What an ERP gives where it has nothing: there are some that say so by an empty text. */
export const isNothing = (value: unknown): boolean =>
  value === false || value === '' || listOf(value).length === 0;

export const foundIn = (taken: unknown): unknown[] => (isNothing(taken) ? [] : listOf(taken));

export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
