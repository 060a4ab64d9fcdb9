import type { Recipe, RecipeNeed } from '../../platform/config/sections/recipe.ts';
import { Rejected, foreignText } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import type { PlannedStep } from '../orders/erp-orders.ts';
import type { Answer } from './answer.ts';
import type { Caller, ShowingAsker } from './caller.ts';
import type { Needs } from './needs.ts';
import { listOf } from './records.ts';
import type { ErpRecord } from './records.ts';
import type { Request } from './request.ts';
import type { Call } from './wire.ts';

/** Thrown in place of a call that would write. */
class NotCalled extends Error {}

/** Answers are cut there. */
const answerCharactersShown = 1_500;

/** Asks for real and writes nothing; tells what it was asked to call, with what is secret masked. */
export class Planner implements ShowingAsker {
  readonly #caller: Caller;
  readonly #tell: (step: PlannedStep) => void;

  constructor(caller: Caller, tell: (step: PlannedStep) => void) {
    this.#caller = caller;
    this.#tell = tell;
  }

  get address(): string {
    return this.#caller.address;
  }

  pathOf(place: string): string {
    return this.#caller.pathOf(place);
  }

  async call(call: Call): Promise<Answer | null> {
    await this.show(call);
    if (call.effect === 'writes') throw new NotCalled(call.place);
    const answer = await this.#caller.call(call);
    const shown =
      answer === null ? 'nothing' : `${answer.status} ${answer.text.slice(0, answerCharactersShown)}`;
    this.gives(call.place, foreignText(shown));
    return answer;
  }

  preview(call: Omit<Call, 'effect'>): Promise<Request> {
    return this.#caller.preview(call);
  }

  /** What cannot be said before something is there is said to be so. */
  async show(call: Call): Promise<void> {
    const { place: name, effect } = call;
    const text = await this.#caller
      .preview(call)
      .then((request) => textOf(request, this.address), unspeakable);
    this.#tell({ name, is: effect === 'reads' ? 'asks' : 'writes', text });
  }

  gives(name: string, text: string): void {
    this.#tell({ name, is: 'gives', text });
  }
}

/**
 * What would be called to bring an order into the ERP, from the state in which its document is now; null when there is none.
 * What would have to be made first stands as its name in what follows from it.
 */
export async function planRest(
  { orders }: Recipe,
  planner: Planner,
  needs: Needs,
  document: ErpRecord | null,
  given: Variables,
): Promise<void> {
  const { create, parts, advance } = orders;
  planner.gives('$document', document === null ? 'nothing' : foreignText(JSON.stringify(document)));
  const isNeeded = document === null || parts.length > 0;
  const needed = isNeeded ? await planNeeds(orders.needs, { needs, planner }, given) : given;
  if (document === null)
    await planner.show({ asked: create, place: 'orders.create', effect: 'writes', variables: needed });
  const variables = { ...needed, document: document ?? namesOf(orders.document) };
  for (const [index, part] of parts.entries()) await planPart(part, index, planner, variables);
  for (const [index, asked] of (advance?.steps ?? []).entries())
    await planner.show({ asked, place: `orders.advance.steps.${index}`, effect: 'writes', variables });
}

async function planNeeds(
  list: readonly RecipeNeed[],
  { needs, planner }: { needs: Needs; planner: Planner },
  given: Variables,
): Promise<Variables> {
  let variables = given;
  for (const need of list) {
    try {
      variables = await needs.all([need], 'needs', variables);
    } catch (error) {
      if (!(error instanceof NotCalled)) throw error;
      variables = { ...variables, [need.name]: need.name };
    }
    planner.gives(`$${need.name}`, foreignText(JSON.stringify(variables[need.name]) ?? 'nothing'));
  }
  return variables;
}

async function planPart(
  { name, each, find, make }: RecipeNeed,
  index: number,
  planner: Planner,
  given: Variables,
): Promise<void> {
  const items =
    each === undefined
      ? [undefined]
      : listOf(await evaluate(each, undefined, given, `erp.recipe.orders.parts.${index}.each`));
  for (const [index, item] of items.entries()) {
    const variables = { ...given, item, index };
    const place = `orders.parts.${name}`;
    if (find !== undefined)
      await planner.show({ asked: find, place: `${place}.find`, effect: 'reads', variables });
    if (make !== undefined)
      await planner.show({ asked: make, place: `${place}.make`, effect: 'writes', variables });
  }
}

/** In place of a document that is not there yet: each member is its own name. */
function namesOf(document: Recipe['orders']['document']): ErpRecord {
  return Object.fromEntries(Object.keys(document).map((name) => [name, `document.${name}`]));
}

function textOf({ method, path, headers, body }: Request, address: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const shown = [`${method} ${new URL(address).origin}${path}`, ...lines];
  if (body !== undefined)
    shown.push('', headers['content-type'] === jsonType ? JSON.stringify(JSON.parse(body), null, 2) : body);
  return shown.join('\n');
}

const jsonType = 'application/json';

function unspeakable(error: unknown): string {
  if (error instanceof Rejected) return `cannot be shown before what it needs is there: ${error.fault.what}`;
  throw error;
}
