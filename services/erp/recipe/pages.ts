import type { RecipeListing } from '../../platform/config/sections/recipe.ts';
import { Rejected } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import type { Answer } from './answer.ts';
import { isTrue } from './answer.ts';
import type { Asker } from './caller.ts';

/** Of one order: a list that goes on and on filters nothing. */
const pagesMaxDefault = 100;

/**
 * The answers of a list, page by page, for as long as there is a next one; none where it is not to be asked. What `next`
 * gives is the address of the next page where it is a text; else the same is asked again, and sees it as `$next`.
 */
export async function* pagesOf(
  asker: Asker,
  listing: RecipeListing,
  place: string,
  variables: Variables,
  pagesMax = pagesMaxDefault,
): AsyncGenerator<Answer> {
  const call = { asked: listing, place, effect: 'reads' as const, variables };
  const { when } = listing;
  if (
    when !== undefined &&
    !isTrue(await evaluate(when, undefined, variables, asker.pathOf(`${place}.when`)))
  )
    return;
  let answer = await asker.call(call);
  for (let page = 1; answer !== null; page += 1) {
    yield answer;
    if (listing.next === undefined) return;
    const next = await evaluate(listing.next, answer, { ...variables, page }, asker.pathOf(`${place}.next`));
    if (!isTrue(next)) return;
    if (page === pagesMax) throw endless(place, pagesMax);
    answer = await asker.call(
      typeof next === 'string'
        ? { ...call, path: pathOf(next, asker.address, place) }
        : { ...call, variables: { ...variables, next } },
    );
  }
}

/** Of a whole address too, as OData gives it. The host stays the configured one. */
function pathOf(next: string, address: string, place: string): string {
  const resolved = URL.parse(next, address);
  if (resolved?.origin === new URL(address).origin) return `${resolved.pathname}${resolved.search}`;
  throw new Rejected({
    code: 'recipe.next',
    what: `${place}.next leads to another host than the url of the API`,
    fix: 'Let it give a path, or correct the url',
  });
}

function endless(place: string, pagesMax: number): Rejected {
  return new Rejected({
    code: 'recipe.next',
    what: `"${place}" has more than ${pagesMax} pages`,
    fix: 'Let its query ask for what is looked for alone: it seems that the ERP does not heed it',
  });
}
