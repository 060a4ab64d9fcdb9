/** The engine as a process of its own, for being killed: brings the order of the suites into the REST stand-in at argv[2]. */
import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { anInput } from './an-input.ts';
import { restRecipe } from './rest-recipe.ts';

const { orders, close } = connectRecipe({ recipe: restRecipe(process.argv[2]!), clock: systemClock });
await orders.create(anInput());
await close();
