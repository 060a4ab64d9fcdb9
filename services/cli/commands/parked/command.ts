import type { Command } from 'commander';
import { examples as examplesOf } from '../../options.ts';
import type { Run } from '../../options.ts';

const key = "'cartage.main.inventory-applier/erp.stock/WH1/ABC-1'";
const cause = ['--cause <code>', 'all records parked for this cause'] as const;
const flow = [
  '--flow <name>',
  'of this flow only: orders, stock, catalog, shipments, customers, or a process',
] as const;
const examples = (...lines: string[]) => examplesOf(...lines.map((line) => `parked ${line}`));

export function addParked(program: Command, run: Run): void {
  const parked = program
    .command('parked')
    .description('records that could not be applied, and the ways out')
    .addHelpText('after', examples('list', `show ${key}`, 'release --cause order.payment_unmapped'));
  parked
    .command('list')
    .description('causes with their fix, how many, since when; with --cause each of its records')
    .option(...cause)
    .option(...flow)
    .addHelpText('after', examples('list', 'list --flow stock', 'list --cause order.payment_unmapped --json'))
    .action(run(async (options) => (await import('./list.ts')).listParked(options)));
  parked
    .command('show')
    .description('one record with what it holds; personal data is hidden')
    .argument('<key>', 'as `cartage parked list` prints it')
    .option('--reveal', 'show personal data as well; it is audited')
    .option('--reason <text>', 'why personal data is shown, for the audit')
    .addHelpText('after', examples(`show ${key}`, `show ${key} --reveal`))
    .action(run(async (options, [only = '']) => (await import('./show.ts')).showParked(options, only)));
  parked
    .command('release')
    .description('have records read at their source again and handled anew; a success clears them')
    .argument('[keys...]', 'as `cartage parked list` prints them')
    .option(...cause)
    .option(...flow)
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be asked for')
    .addHelpText('after', examples(`release ${key}`, 'release --cause order.payment_unmapped --dry-run'))
    .action(run(async (options, keys) => (await import('./release.ts')).release(options, keys)));
  parked
    .command('discard')
    .description('give records up: they are not applied, and what they held is gone from here')
    .argument('[keys...]', 'as `cartage parked list` prints them')
    .option(...cause)
    .option(...flow)
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be discarded')
    .addHelpText(
      'after',
      examples(
        `discard ${key} --reason 'not sold any more'`,
        "discard --cause order.product_type_unsupported --reason 'entered by hand'",
      ),
    )
    .action(run(async (options, keys) => (await import('./discard.ts')).discard(options, keys)));
}
