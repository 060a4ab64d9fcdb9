import type { Command } from 'commander';
import { examples } from '../../options.ts';
import type { Run } from '../../options.ts';

export function addMapping(program: Command, run: Run): void {
  const mapping = program
    .command('mapping')
    .description('codes of the shop and of the ERP')
    .addHelpText('after', examples('mapping check changed.yaml'));
  mapping
    .command('check')
    .description(
      'try a changed configuration on the newest orders: what would be held, what would change; writes nothing',
    )
    .argument(
      '<file>',
      'the changed configuration, of which `orders` is read; --config names the one in force',
    )
    .option('--orders <number>', 'of so many of the newest orders', '500')
    .addHelpText(
      'after',
      '\nExamples:\n  $ cartage mapping check changed.yaml\n  $ cartage mapping check changed.yaml --orders 5000 --json',
    )
    .action(run(async (options, [file = '']) => (await import('./check.ts')).checkMapping(options, file)));
}
