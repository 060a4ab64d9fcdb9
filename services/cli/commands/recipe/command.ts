import type { Command } from 'commander';
import { readConfiguration, readRecipe } from '../../../platform/config/read.ts';
import type { Recipe } from '../../../platform/config/sections/recipe.ts';
import { Rejected, keepForeignText } from '../../../platform/errors.ts';
import { checkRecipe } from '../../../erp/recipe/check.ts';
import { conclude, printFindings } from '../../findings.ts';
import type { GlobalOptions, Run } from '../../options.ts';
import { callsOfNobody, callsOfOrder } from './calls.ts';

const file = ['[file]', 'of the recipe; left out: erp.recipe of the configuration'] as const;
const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  $ cartage recipe ${line}`).join('\n')}`;

/** A recipe on its own: neither shop nor broker nor the rest of a configuration is needed to write one. */
export function addRecipe(program: Command, run: Run): void {
  const recipe = program
    .command('recipe')
    .description('an ERP spoken to over HTTP, see deploy/RECIPES.md')
    .addHelpText('after', examples('check my-erp.yaml', 'calls my-erp.yaml --order my-order.yaml'));
  recipe
    .command('check')
    .description(
      'try expressions, log-in, an impossible look-up and the checks of the recipe; writes nothing',
    )
    .argument(...file)
    .option('--verbose', 'list also what is well')
    .addHelpText('after', examples('check my-erp.yaml', 'check'))
    .action(run((options, [path]) => check(options, path)));
  recipe
    .command('calls')
    .description('what would be called for an order; asks the ERP, writes nothing')
    .argument(...file)
    .option('--order <file>', 'YAML of what stands in place of the members of an order of nobody')
    .option('--key <key>', 'an order of the shop instead, from magento.orders')
    .addHelpText(
      'after',
      examples(
        'calls my-erp.yaml',
        'calls my-erp.yaml --order my-order.yaml',
        "calls --key 'main/default/000000042'",
      ),
    )
    .action(run((options, [path]) => calls(options, path)));
}

async function check(
  options: GlobalOptions & { verbose?: boolean },
  path: string | undefined,
): Promise<number> {
  keepForeignText(true);
  const found = { ERP: await checkRecipe(recipeAt(path, options)) };
  if (!options.json) printFindings('ERP', found.ERP, options.verbose ?? false);
  return conclude(found, options);
}

function calls(
  options: GlobalOptions & { order?: string; key?: string },
  path: string | undefined,
): Promise<number> {
  keepForeignText(true);
  const recipe = recipeAt(path, options);
  const { key, order } = options;
  return key === undefined ? callsOfNobody(recipe, order, options) : callsOfOrder(recipe, key, options);
}

function recipeAt(path: string | undefined, { config }: GlobalOptions): Recipe {
  if (path !== undefined) return readRecipe(path);
  const { recipe } = readConfiguration(['erp'], config).config.erp;
  if (recipe !== undefined) return recipe;
  throw new Rejected({
    code: 'erp.recipe',
    what: 'erp.recipe is not configured: nothing is called over HTTP for an order',
    fix: 'Name the file of a recipe, or configure one, see deploy/RECIPES.md',
  });
}
