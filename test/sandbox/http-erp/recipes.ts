import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectFolder } from '../../../deploy/local/install/places.mjs';
import { ConfigurationError } from '../../../services/platform/config/load.ts';
import { problemsOf } from '../../../services/platform/config/problems.ts';
import { substitute } from '../../../services/platform/config/secrets.ts';
import type { Environment, Problem } from '../../../services/platform/config/secrets.ts';
import { recipeSection } from '../../../services/platform/config/sections/recipe.ts';
import type { Recipe } from '../../../services/platform/config/sections/recipe.ts';

/** A recipe as the configuration would read it. @throws ConfigurationError with every problem */
export function recipeOf(text: string, environment: Environment = {}): Recipe {
  const problems: Problem[] = [];
  const result = recipeSection.safeParse(substitute(parse(text), environment, problems), {
    reportInput: true,
  });
  if (!result.success) problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue)));
  if (problems.length > 0) throw new ConfigurationError('recipe', problems);
  return result.data!;
}

/** One of those that ship. */
export function shippedRecipe(name: string, environment: Environment): Recipe {
  return recipeOf(readFileSync(join(projectFolder, 'deploy/config/recipes', name), 'utf8'), environment);
}
