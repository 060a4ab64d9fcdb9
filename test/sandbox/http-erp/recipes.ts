import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../../deploy/local/install/places.mjs';
import { loadRecipe } from '../../../services/platform/config/load.ts';
import type { Environment } from '../../../services/platform/config/secrets.ts';
import type { Recipe } from '../../../services/platform/config/sections/recipe.ts';

/** One of those that ship. */
export function shippedRecipe(name: string, environment: Environment): Recipe {
  return loadRecipe(join(projectFolder, 'deploy/config/recipes', name), environment);
}

/** One that a test has written. */
export function recipeOf(text: string, environment: Environment = {}): Recipe {
  const folder = mkdtempSync(join(tmpdir(), 'cartage-recipe-'));
  try {
    writeFileSync(join(folder, 'recipe.yaml'), text);
    return loadRecipe(join(folder, 'recipe.yaml'), environment);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
