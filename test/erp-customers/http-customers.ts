import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import type { Recipe } from '../../services/platform/config/sections/recipe.ts';
import { hurried } from '../erp-orders/http-backend.ts';
import type { Asked, StandIn } from '../sandbox/http-erp/stand-in.ts';
import type { CustomersBackend } from './customers-suite.ts';

/** What all stand-ins do alike as backends of the suite. */
export async function httpCustomers(
  standIn: StandIn,
  recipe: (url: string) => Recipe,
  own: {
    partners: () => Awaited<ReturnType<CustomersBackend['partners']>>;
    buyers: () => number[];
    makes: (asked: Asked) => boolean;
  },
): Promise<CustomersBackend> {
  await standIn.start();
  return {
    partners: () => Promise.resolve(own.partners()),
    buyers: () => Promise.resolve(own.buyers()),
    open() {
      const { customers, orders, close } = connectRecipe({ recipe: recipe(standIn.url), clock: hurried });
      return { customers: customers!, orders, close };
    },
    loseAnswer: () => standIn.misbehave(own.makes, 'unsaid'),
    close: () => standIn.stop(),
  };
}
