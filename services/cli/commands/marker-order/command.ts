import type { Command } from 'commander';
import type { Run } from '../../options.ts';

export function addMarkerOrder(program: Command, run: Run): void {
  program
    .command('marker-order')
    .description('send an order down the whole line of a staging shop, time each part, and clean up')
    .option('--sku <sku>', 'order one piece of this product of the shop, and make none')
    .option('--clean-up', 'only remove what the last run that has not cleaned up has on record')
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be done')
    .addHelpText(
      'after',
      '\nExamples:\n  $ cartage marker-order --dry-run\n  $ cartage marker-order --sku MUG-STONE --json\n\nOnly where magento.staging is the host name of magento.url; what is run in the ERP, and how long each part may take, is configured as marker. Ctrl-C, SIGTERM and SIGHUP end it and clean up.\nExit codes: 0 all came through, 1 something did not.',
    )
    .action(run(async (options) => (await import('./marker-order.ts')).markerOrder(options)));
}
