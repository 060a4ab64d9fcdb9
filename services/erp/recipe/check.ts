/** `cartage check` of an ERP that is spoken to by recipe: log-in, an impossible look-up, and what the recipe itself asks. */
import { systemClock } from '../../platform/clock.ts';
import type { Recipe, RecipeListing } from '../../platform/config/sections/recipe.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { isTrue } from './answer.ts';
import type { Caller } from './caller.ts';
import { connectRecipe } from './connect.ts';
import { Restart } from './faults.ts';
import { foundIn } from './records.ts';
import { trialProblems } from './trial.ts';

/** Of no order: no shop has such a number. */
const impossibleKey = '-/-/-';

/** Never throws for what it finds. Writes nothing. */
export async function checkRecipe(recipe: Recipe): Promise<Finding[]> {
  const problems = await trialProblems(recipe);
  const findings = problems.map(({ path, message }) =>
    fail(
      'recipe.expression',
      `${path} ${message}`,
      'every order would fail on it, or go without it',
      'Correct the recipe',
    ),
  );
  const { caller, close } = connectRecipe({ recipe, clock: systemClock });
  try {
    // Without a session nothing else can be asked.
    const logIn = await found('session.open', async () => {
      await caller.open();
      return ok('erp.log_in', `The ERP at ${recipe.url} gives a session`);
    });
    findings.push(...(recipe.session.open === undefined ? [] : [logIn]));
    if (logIn.level === 'fail') return findings;
    for (const asked of lookupsOf(recipe))
      findings.push(await found(asked.place, () => lookUpNobody(asked, caller)));
    for (const [index, { name }] of recipe.checks.entries())
      findings.push(await found(`checks.${index} (${name})`, () => checkOne(recipe, caller, index)));
    return findings;
  } finally {
    await close();
  }
}

/** One question of a look-up, about somebody who does not exist. */
interface Lookup {
  listing: RecipeListing;
  place: string;
  of: 'order' | 'customer';
  variables: Variables;
  /** Whether an answer to it would be taken for what is looked for. */
  carries: { source: string; place: string };
}

function lookupsOf({ orders, customers }: Recipe): Lookup[] {
  const key = impossibleKey;
  const nobody = { key, website: '-', email: 'nobody@cartage.invalid' };
  // With that key or that e-mail: of nobody.
  const source = customers && `=(${customers.partner.key!.slice(1)}) = $key`;
  return [
    ...orders.lookup.map((listing, index) => ({
      listing,
      place: `orders.lookup.${index}`,
      of: 'order' as const,
      variables: { key },
      carries: { source: orders.carries, place: 'orders.carries' },
    })),
    ...(customers?.lookup ?? []).map((listing, index) => ({
      listing,
      place: `customers.lookup.${index}`,
      of: 'customer' as const,
      variables: nobody,
      carries: { source: source!, place: 'customers.partner.key' },
    })),
  ];
}

const article = { order: 'an', customer: 'a' };

/** A look-up that finds something here would find the wrong one for somebody. */
async function lookUpNobody(
  { listing, place, of, variables, carries }: Lookup,
  caller: Caller,
): Promise<Finding> {
  const known = caller.scope(variables);
  const answer = await caller.call({ asked: listing, place, effect: 'reads', variables: known });
  const taken =
    answer === null
      ? []
      : foundIn(await evaluate(listing.take ?? '=result', answer, known, `erp.recipe.${place}.take`));
  const carriers = await Promise.all(
    taken.map((item) => evaluate(carries.source, item, known, `erp.recipe.${carries.place}`)),
  );
  if (carriers.some(isTrue))
    return fail(
      'recipe.carries',
      `${carries.place} takes what is there for that of ${of} ${impossibleKey}, which does not exist`,
      `one would be taken for exported that is not`,
      'Let it compare the whole key with the field that was filled with it',
    );
  if (taken.length > 0)
    return warn(
      'recipe.lookup',
      `"${place}" gives ${taken.length} for ${article[of]} ${of} that does not exist`,
      'its filter is not heeded; the right one may be on a page that is not read, and would be made again',
      'Correct its query; some ERPs ignore a filter that they do not know, without a word',
    );
  return ok(
    'recipe.lookup',
    `"${place}" is answered, and finds nothing for ${article[of]} ${of} that does not exist`,
  );
}

async function checkOne({ checks }: Recipe, caller: Caller, index: number): Promise<Finding> {
  const asked = checks[index]!;
  const place = `checks.${index}`;
  const variables = caller.scope({});
  const answer = await caller.call({ asked, place, effect: 'reads', variables });
  const holds = isTrue(await evaluate(asked.holds, answer ?? {}, variables, `erp.recipe.${place}.holds`));
  return holds
    ? ok('recipe.check', `The ERP has ${asked.name}`)
    : fail('recipe.check', `The ERP lacks ${asked.name}`, 'the recipe counts on it', asked.fix);
}

async function found(place: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Restart)
      return fail(
        'recipe.answers',
        `"${place}" is answered by "${error.is}", which a question should not be`,
        '',
        'Correct erp.recipe.answers',
      );
    if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
    const { code, what, why, fix } = error.fault;
    return fail(code, what, why ?? '', fix);
  }
}
