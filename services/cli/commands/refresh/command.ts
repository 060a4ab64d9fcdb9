import type { Command } from 'commander';
import type { Run } from '../../options.ts';

export function addRefresh(program: Command, run: Run): void {
  program
    .command('refresh')
    .description('read keys at their source again and send what is true now')
    .argument(
      '<topic>',
      'magento.orders, magento.customers, erp.stock, erp.products, erp.prices or erp.fulfilments',
    )
    .argument('[keys...]', "keys on that topic, e.g. 'WH1/ABC-1' or 'main/default/000000042'")
    .option('--where <condition>', "of a topic of the ERP: those whose row meets it, e.g. 'quantity < 0'")
    .option('--all', 'every key of a topic of the ERP')
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be asked for')
    .addHelpText(
      'after',
      `
Examples:
  $ cartage refresh erp.stock 'WH1/ABC-1'
  $ cartage refresh erp.stock --where 'quantity < 0' --dry-run`,
    )
    .action(
      run(async (options, [topic = '', ...keys]) =>
        (await import('./refresh.ts')).requestRefresh(options, topic, keys),
      ),
    );
}
