import { readConfiguration, readRecipe } from '../../../platform/config/read.ts';
import type { Recipe } from '../../../platform/config/sections/recipe.ts';
import { Rejected } from '../../../platform/errors.ts';
import type { GlobalOptions } from '../../options.ts';

/** The one that was named, else that of the configuration. @throws Rejected where there is neither */
export function recipeAt(path: string | undefined, { config }: GlobalOptions): Recipe {
  if (path !== undefined) return readRecipe(path);
  const { recipe } = readConfiguration(['erp'], config).config.erp;
  if (recipe !== undefined) return recipe;
  throw new Rejected({
    code: 'erp.recipe',
    what: 'erp.recipe is not configured: nothing is called over HTTP for an order',
    fix: 'Name the file of a recipe, or configure one, see deploy/RECIPES.md',
  });
}
