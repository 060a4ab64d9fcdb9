import type { Command } from 'commander';
import { examples } from '../../options.ts';
import type { Run } from '../../options.ts';

export function addStreams(program: Command, run: Run): void {
  const streams = program
    .command('streams')
    .description('what is read from the ERP')
    .addHelpText('after', examples('streams list', 'streams check stock'));
  streams
    .command('list')
    .description('how far each is loaded, what waits, and since when')
    .addHelpText('after', examples('streams list', 'streams list --json'))
    .action(run(async (options) => (await import('./list.ts')).listStreams(options)));
  streams
    .command('check')
    .description('try each query against the ERP: types, plans, and ten rows as records; writes nothing')
    .argument('[name]', 'one stream only')
    .option('--verbose', 'list also what is well')
    .addHelpText('after', examples('streams check', 'streams check stock --verbose'))
    .action(
      run(async (options, [name]) => (await import('./check.ts')).checkStreamsOf(options, name ?? null)),
    );
  streams
    .command('confirm')
    .description(
      'that the records are gone which a round of all keys no longer returned: tell them as deleted',
    )
    .argument('<name>', 'as `cartage streams list` prints it')
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say how many would be told as deleted')
    .addHelpText(
      'after',
      "\nExample:\n  $ cartage streams confirm stock --reason 'assortment of spring is out'",
    )
    .action(
      run(async (options, [name = '']) => (await import('./confirm.ts')).confirmDeletions(options, name)),
    );
}
