import type {
  Recipe,
  RecipeCall,
  RecipeCustomers,
  RecipeNeed,
} from '../../platform/config/sections/recipe.ts';
import { Rejected, foreignText } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import type { PlannedStep } from '../planned-step.ts';
import { Absent } from './absent.ts';
import type { Answer } from './answer.ts';
import type { Caller, ShowingAsker } from './caller.ts';
import type { Needs } from './needs.ts';
import { readableJson } from './readable-json.ts';
import { listOf } from './records.ts';
import type { ErpRecord } from './records.ts';
import type { Request } from './request.ts';
import type { Call } from './wire.ts';

/** Answers are cut there. */
const answerCharactersShown = 1_500;

/** Asks for real and writes nothing; tells what it was asked to call, with what is secret masked. */
export class Planner implements ShowingAsker {
  readonly isDry = true;
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
    if (call.effect === 'writes') return null;
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

/** Who plans, and for what. */
interface Plan {
  planner: Planner;
  /** Of the same planner. */
  needs: Needs;
  given: Variables;
}

/**
 * What would be called to bring an order into the ERP, from the state in which its document is now; null when there is none.
 * What would have to be made first stands as its name in what follows from it.
 */
export async function planRest({ orders }: Recipe, document: ErpRecord | null, plan: Plan): Promise<void> {
  const write = document === null ? ([orders.create, 'create'] as const) : null;
  const making = { ...orders, section: 'orders', noun: 'document', members: orders.document, write } as const;
  const variables = await planMaking(making, document, plan);
  for (const [index, asked] of (orders.advance?.steps ?? []).entries())
    await plan.planner.show({ asked, place: `orders.advance.steps.${index}`, effect: 'writes', variables });
}

/** The same of a customer and its partner. */
export async function planPartner(
  customers: RecipeCustomers,
  partner: ErpRecord | null,
  plan: Plan,
): Promise<void> {
  const { create, update } = customers;
  const write = partner === null ? ([create, 'create'] as const) : ([update, 'update'] as const);
  const members = customers.partner;
  await planMaking({ ...customers, section: 'customers', noun: 'partner', members, write }, partner, plan);
}

interface Making {
  section: 'orders' | 'customers';
  /** The variable that the record is. */
  noun: string;
  members: Readonly<Record<string, string>>;
  needs: readonly RecipeNeed[];
  parts: readonly RecipeNeed[];
  /** Null where nothing of the record itself is written. */
  write: readonly [RecipeCall, 'create' | 'update'] | null;
}

async function planMaking(
  { section, noun, members, needs: list, parts, write }: Making,
  record: ErpRecord | null,
  { planner, needs, given }: Plan,
): Promise<Variables> {
  planner.gives(`$${noun}`, record === null ? 'nothing' : foreignText(JSON.stringify(record)));
  const isNeeded = write !== null || parts.length > 0;
  const absent = new Absent();
  const needed = isNeeded ? await planNeeds(list, { needs, planner, absent }, given) : given;
  if (write !== null) {
    const [asked, name] = write;
    const variables = { ...needed, ...(record && { [noun]: record }) };
    await planner.show({ asked, place: `${section}.${name}`, effect: 'writes', variables });
  }
  const variables = { ...needed, [noun]: record ?? namesOf(members, noun) };
  absent.tell();
  if (record !== null) await needs.all(parts, 'parts', variables);
  else
    for (const [index, part] of parts.entries())
      await planPart(part, `${section}.parts`, index, planner, variables);
  return variables;
}

async function planNeeds(
  list: readonly RecipeNeed[],
  { needs, planner, absent }: { needs: Needs; planner: Planner; absent: Absent },
  given: Variables,
): Promise<Variables> {
  let variables = given;
  for (const need of list) {
    const before = variables;
    const found = await absent.of(() => needs.all([need], 'needs', before));
    variables = found ?? { ...before, [need.name]: need.name };
    planner.gives(`$${need.name}`, foreignText(JSON.stringify(variables[need.name]) ?? 'nothing'));
  }
  return variables;
}

/** Of a record that is not there yet: nothing of its own can be asked for. */
async function planPart(
  { name, each, find, make }: RecipeNeed,
  list: string,
  at: number,
  planner: Planner,
  given: Variables,
): Promise<void> {
  const items =
    each === undefined
      ? [undefined]
      : listOf(await evaluate(each, undefined, given, `erp.recipe.${list}.${at}.each`));
  for (const [index, item] of items.entries()) {
    const variables = { ...given, item, index };
    const place = `${list}.${name}`;
    if (find !== undefined)
      await planner.show({ asked: find, place: `${place}.find`, effect: 'reads', variables });
    if (make !== undefined)
      await planner.show({ asked: make, place: `${place}.make`, effect: 'writes', variables });
  }
}

/** In place of a record that is not there yet: each member is its own name. */
function namesOf(members: Making['members'], noun: string): ErpRecord {
  return Object.fromEntries(Object.keys(members).map((name) => [name, `${noun}.${name}`]));
}

function textOf({ method, path, headers, body }: Request, address: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const shown = [`${method} ${new URL(address).origin}${path}`, ...lines];
  if (body !== undefined)
    shown.push('', headers['content-type'] === jsonType ? readableJson(JSON.parse(body)) : body);
  return shown.join('\n');
}

const jsonType = 'application/json';

function unspeakable(error: unknown): string {
  if (error instanceof Rejected) return `cannot be shown before what it needs is there: ${error.fault.what}`;
  throw error;
}
