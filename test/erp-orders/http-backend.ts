import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import type { Clock } from '../../services/platform/clock.ts';
import type { Recipe } from '../../services/platform/config/sections/recipe.ts';
import type { Asked, StandIn } from '../sandbox/http-erp/stand-in.ts';
import type { HttpBackend } from './faults-suite.ts';

/** No pause is waited for. */
const hurried: Clock = { now: () => Date.now(), wait: () => Promise.resolve() };

/** What all stand-ins do alike as backends of the suites. */
export async function httpBackend(
  standIn: StandIn,
  recipe: (url: string) => Recipe,
  own: Pick<HttpBackend, 'held' | 'beside'> & { writes: (asked: Asked) => boolean },
): Promise<HttpBackend> {
  await standIn.start();
  return {
    ...own,
    standIn,
    open(deadlineMs) {
      const { url } = standIn;
      const known = recipe(url);
      const { orders, close } = connectRecipe({
        recipe: { ...known, deadlineMs: deadlineMs ?? known.deadlineMs },
        clock: hurried,
      });
      return Object.assign(orders, { close });
    },
    loseAnswer: () => standIn.misbehave(own.writes, 'unsaid'),
    close: () => standIn.stop(),
  };
}
