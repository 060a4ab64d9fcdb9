/**
 * Customers into an ERP that takes them over HTTP, as its recipe says: looked up, by the key that Cartage gave their partner
 * and else by e-mail, made or written as a whole, then their parts. Every run does all of it, so it does not matter where
 * the one before was cut off; `create` alone cannot be repeated, and it carries the key.
 */
import type { Clock } from '../../platform/clock.ts';
import type { RecipeCustomers as CustomersPart } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { isScalar } from '../../platform/expressions/template.ts';
import { normalEmail } from '../customers/email.ts';
import type { CustomerInput, ErpCustomers, FoundPartner, Upserted, Who } from '../customers/erp-customers.ts';
import type { PlannedStep } from '../planned-step.ts';
import type { Caller } from './caller.ts';
import { fits } from './documents.ts';
import { Needs } from './needs.ts';
import { Planner, planPartner } from './plan.ts';
import { Records, nameOf } from './records.ts';
import type { ErpRecord, Sought } from './records.ts';
import { restarting } from './restarts.ts';
import { goTo } from './way.ts';

export class RecipeCustomers implements ErpCustomers {
  readonly #part: CustomersPart;
  readonly #caller: Caller;
  readonly #clock: Clock;
  readonly #sought: Sought;
  readonly #records: Records;
  readonly #needs: Needs;

  constructor(part: CustomersPart, caller: Caller, clock: Clock) {
    this.#part = part;
    this.#caller = caller;
    this.#clock = clock;
    const { lookup, partner, read, visibleWithinMs } = part;
    const sought = { lookup, members: partner, read, visibleWithinMs };
    this.#sought = { section: 'customers', noun: 'partner', ...sought };
    this.#records = new Records(this.#sought, caller, clock);
    this.#needs = new Needs(caller, clock, 'customers');
  }

  lookup(who: Who): Promise<FoundPartner | null> {
    return this.#restarting(async () => {
      const { own, others } = await this.#find(who);
      const partner = own ?? others[0];
      return partner === undefined ? null : partnerOf(partner);
    });
  }

  upsert(input: CustomerInput): Promise<Upserted> {
    return this.#restarting(async () => {
      const { found, isTaken } = meant(input.key, await this.#find(input));
      if (isTaken) return { status: 'taken', partner: partnerOf(found!) };
      const partner = await this.#written(input, found);
      if (found === undefined) return { status: 'created', partner };
      return { status: keyOf(found) === null ? 'adopted' : 'updated', partner };
    });
  }

  plan(input: CustomerInput, tell: (step: PlannedStep) => void): Promise<FoundPartner | null> {
    return this.#restarting(async () => {
      const planner = new Planner(this.#caller, tell);
      const records = new Records(this.#sought, planner, this.#clock);
      const { found, isTaken } = meant(input.key, await this.#find(input, records));
      const needs = new Needs(planner, this.#clock, 'customers');
      const plan = { planner, needs, given: this.#caller.scope({ ...input }) };
      if (!isTaken) await planPartner(this.#part, found ?? null, plan);
      return found === undefined ? null : partnerOf(found);
    });
  }

  erase(who: Who): Promise<FoundPartner | null> {
    return this.#restarting(async () => {
      const find = async () => (await this.#find(who)).own ?? null;
      const own = await find();
      if (own === null) return null;
      const variables = this.#caller.scope({ ...who, partner: own });
      const { erase } = this.#part;
      // What belongs to it goes first: once it is done itself, nobody looks after that any more.
      if (!(await fits(erase.done, own, variables, 'erp.recipe.customers.erase.done')))
        await this.#needs.all(erase.parts, 'erase.parts', variables);
      const walk = { caller: this.#caller, records: this.#records, find, variables };
      await goTo(erase, 'customers.erase', own, walk);
      return partnerOf(own);
    });
  }

  /** Made or written, under the customer's key, with all its parts. */
  async #written(input: CustomerInput, found: ErpRecord | undefined): Promise<FoundPartner> {
    const { needs, create, update, parts } = this.#part;
    const given = this.#caller.scope({ ...input });
    const needed = await this.#needs.all(needs, 'needs', given);
    const [asked, place] = found === undefined ? [create, 'create'] : [update, 'update'];
    const variables = { ...needed, ...(found && { partner: found }) };
    await this.#caller.call({ asked, place: `customers.${place}`, effect: 'writes', variables });
    const find = async () => (await this.#find(input)).own;
    const partner = await this.#records.findWhen(find, (seen) => seen !== undefined);
    if (partner === undefined) throw blindLookup(place);
    await this.#needs.all(parts, 'parts', { ...needed, partner });
    return partnerOf(partner);
  }

  /** The partner of the key; and those of that website and e-mail besides. */
  async #find({ key, website, email }: Who, records = this.#records): Promise<Found> {
    const found = await records.all(this.#caller.scope({ key, website, email }));
    // Several questions may give the same one.
    const partners = [...new Map(found.map((one) => [String(one.id), one])).values()];
    const [own, second] = partners.filter((one) => keyOf(one) === key);
    if (second !== undefined) throw several(key, [own!, second]);
    const others = partners.filter((one) => one !== own && email !== '' && hasEmail(one, website, email));
    return { own, others };
  }

  #restarting<Result>(run: () => Promise<Result>): Promise<Result> {
    const { visibleWithinMs } = this.#part;
    return restarting({ clock: this.#clock, needs: this.#needs, visibleWithinMs }, run);
  }
}

interface Found {
  /** That bears the key. */
  own: ErpRecord | undefined;
  /** Of the same website and e-mail. */
  others: ErpRecord[];
}

/** The partner that is to be the customer's, or the other customer's that has its e-mail. @throws Rejected of several. */
function meant(key: string, { own, others }: Found): { found: ErpRecord | undefined; isTaken: boolean } {
  const taken = others.find((other) => keyOf(other) !== null);
  if (taken !== undefined) return { found: taken, isTaken: true };
  const [found, ...more] = own === undefined ? others : [own, ...others];
  if (more.length > 0) throw several(key, [found!, ...more]);
  return { found, isTaken: false };
}

/** Whose it is; null while it is nobody's. */
function keyOf({ key }: ErpRecord): string | null {
  return isScalar(key) && key !== false && key !== '' ? String(key) : null;
}

/** An ERP for one website need not tell them apart. */
function hasEmail(partner: ErpRecord, website: string, email: string): boolean {
  const { email: theirs } = partner;
  if (!isScalar(theirs) || normalEmail(String(theirs)) !== email) return false;
  return !('website' in partner) || partner.website === website;
}

function partnerOf(partner: ErpRecord): FoundPartner {
  const { id, reference } = partner;
  return {
    id: String(id),
    reference: isScalar(reference) ? String(reference) : null,
    key: keyOf(partner),
  };
}

function several(key: string, partners: readonly ErpRecord[]): Rejected {
  return new Rejected({
    code: 'customer.lookup_ambiguous',
    what: `The ERP holds ${partners.length} partners for customer ${key}: ${partners.map(nameOf).join(', ')}`,
    fix: 'Merge them in the ERP, then `cartage parked release KEY`; let the ERP refuse a second one of the same key, and of the same e-mail in a website',
  });
}

function blindLookup(place: string): Rejected {
  return new Rejected({
    code: 'customer.lookup_blind',
    what: `The look-up does not find the partner under its key after customers.${place}`,
    why: 'each repetition might make another one',
    fix: `Let customers.${place} store $key where customers.lookup looks for it and customers.partner.key reads it; correct the partner in the ERP, then \`cartage parked release KEY\``,
  });
}
