import type { Command } from 'commander';
import { examples as examplesOf } from '../../options.ts';
import type { Run } from '../../options.ts';

const file = ['[file]', 'of the recipe; left out: erp.recipe of the configuration'] as const;
const examples = (...lines: string[]) => examplesOf(...lines.map((line) => `recipe ${line}`));

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
    .action(run(async (options, [path]) => (await import('./check.ts')).check(options, path)));
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
    .action(run(async (options, [path]) => (await import('./calls.ts')).calls(options, path)));
}
