import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import type { Clock } from '../../services/platform/clock.ts';
import type { Recipe } from '../../services/platform/config/sections/recipe.ts';
import type { Asked, StandIn } from '../sandbox/http-erp/stand-in.ts';
import type { HttpBackend } from './faults-suite.ts';

/** No pause is waited for. */
export const hurried: Clock = { now: () => Date.now(), wait: () => Promise.resolve() };

/** Where the ERP of a recipe for `httpBackend` is, in place of the stand-in's address. */
export const anywhere = 'https://erp.invalid';

/**
 * What all stand-ins do alike as backends of the suites. The recipe is read and judged once, for `anywhere`: that costs
 * as much as all calls of an order, and the suites open some hundred adapters.
 */
export async function httpBackend(
  standIn: StandIn,
  recipe: Recipe,
  own: Pick<HttpBackend, 'held' | 'beside' | 'credits'> & { writes: (asked: Asked) => boolean },
): Promise<HttpBackend> {
  await standIn.start();
  return {
    ...own,
    standIn,
    open(deadlineMs) {
      const here = JSON.parse(JSON.stringify(recipe).replaceAll(anywhere, standIn.url)) as Recipe;
      const { orders, close } = connectRecipe({
        recipe: { ...here, deadlineMs: deadlineMs ?? here.deadlineMs },
        clock: hurried,
      });
      return Object.assign(orders, { close });
    },
    loseAnswer: () => standIn.misbehave(own.writes, 'unsaid'),
    close: () => standIn.stop(),
  };
}
