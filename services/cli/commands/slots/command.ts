import type { Command } from 'commander';
import { examples } from '../../options.ts';
import type { Run } from '../../options.ts';

export function addSlots(program: Command, run: Run): void {
  const slots = program
    .command('slots')
    .description("replication slots on the ERP's server, and which of them nobody uses")
    .addHelpText('after', examples('slots', 'slots drop cartage_old --dry-run'))
    .action(run(async (options) => (await import('./slots.ts')).showSlots(options)));
  slots
    .command('drop')
    .description('drop one that nobody uses; the log it keeps goes with it')
    .argument('<name>', 'as `cartage slots` prints it')
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be dropped')
    .addHelpText('after', '\nExample:\n  $ cartage slots drop cartage_old --dry-run')
    .action(run(async (options, [name = '']) => (await import('./slots.ts')).dropSlotNamed(options, name)));
}
