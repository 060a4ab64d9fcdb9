import type { Command } from 'commander';
import { examples } from '../../options.ts';
import type { Run } from '../../options.ts';

export function addCatalog(program: Command, run: Run): void {
  const catalog = program
    .command('catalog')
    .description('products and prices in the shop')
    .addHelpText('after', examples('catalog plan'));
  catalog
    .command('plan')
    .description(
      'what would be created, changed (field, from, to), disabled, held or refused while flows.catalog is dry; writes nothing',
    )
    .addHelpText(
      'after',
      `${examples('catalog plan', 'catalog plan --json')}\n\nTen examples of each. Counts are of products and prices by their newest record.`,
    )
    .action(run(async (options) => (await import('./plan.ts')).planCatalog(options)));
}
