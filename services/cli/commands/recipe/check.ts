import { checkRecipe } from '../../../erp/recipe/check.ts';
import { keepForeignText } from '../../../platform/errors.ts';
import { conclude, printFindings } from '../../findings.ts';
import type { GlobalOptions } from '../../options.ts';
import { recipeAt } from './recipe-at.ts';

export async function check(
  options: GlobalOptions & { verbose?: boolean },
  path: string | undefined,
): Promise<number> {
  keepForeignText(true);
  const found = { ERP: await checkRecipe(recipeAt(path, options)) };
  if (!options.json) printFindings('ERP', found.ERP, options.verbose ?? false);
  return conclude(found, options);
}
