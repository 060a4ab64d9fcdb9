import { connectRecipe } from './connect.ts';
import { trialProblems } from './trial.ts';
import { ConfigurationError } from '../../platform/config/load.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import { sinkCalls } from '../../platform/telemetry/sink-calls.ts';

/**
 * The ERP of the recipe, with secrets that may change while it is open.
 * @throws ConfigurationError with every expression that makes no sense with any order or customer.
 */
export async function openRecipe(
  recipe: Recipe,
  configuration: Configuration<'erp'>,
  { context, metrics }: Pick<Process, 'context' | 'metrics'>,
): Promise<ReturnType<typeof connectRecipe>> {
  const problems = await trialProblems(recipe);
  if (problems.length > 0) throw new ConfigurationError(configuration.file, problems);
  const secrets = () => (configuration.current().erp.recipe ?? recipe).secrets;
  return connectRecipe({ recipe, secrets, clock: context.clock, onCall: sinkCalls(metrics, 'erp') });
}
