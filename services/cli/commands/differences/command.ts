import type { Command } from 'commander';
import { examples as examplesOf } from '../../options.ts';
import type { Run } from '../../options.ts';

const key = "'main/stock/WH1/ABC-1/quantity'";
const kind = ['--kind <name>', 'of this kind only: stock, orders, …'] as const;
const cause = ['--cause <code>', 'of this likely cause only'] as const;
const examples = (...lines: string[]) => examplesOf(...lines.map((line) => `differences ${line}`));

export function addDifferences(program: Command, run: Run): void {
  const differences = program
    .command('differences')
    .description('what shop and ERP show otherwise than each other, as the reconciler found it')
    .addHelpText('after', examples('list', `show ${key}`, 'repair --kind stock --dry-run'));
  differences
    .command('list')
    .description('kinds and likely causes, how many, since when, what is at risk; narrowed, each of them')
    .option(...kind)
    .option(...cause)
    .addHelpText('after', examples('list', 'list --kind orders', 'list --cause never_exported --json'))
    .action(run(async (options) => (await import('./list.ts')).listDifferences(options)));
  differences
    .command('show')
    .description('one difference: both values, since when, why, what was tried')
    .argument('<key>', 'as `cartage differences list` prints it')
    .addHelpText('after', examples(`show ${key}`))
    .action(run(async (options, [only = '']) => (await import('./list.ts')).showDifference(options, only)));
  differences
    .command('repair')
    .description('have what differs read at its source again; it goes the way of every change')
    .argument('[keys...]', 'as `cartage differences list` prints them')
    .option(...kind)
    .option(...cause)
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be asked for')
    .addHelpText('after', examples(`repair ${key}`, 'repair --kind stock --cause changed_by_hand --dry-run'))
    .action(run(async (options, keys) => (await import('./repair.ts')).repair(options, keys)));
}
