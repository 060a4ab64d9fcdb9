import type { Command } from 'commander';
import type { Run } from '../../options.ts';

export function addReplay(program: Command, run: Run): void {
  program
    .command('replay')
    .description(
      'have what was published in a window, or under keys, handled again: says first what that comes to',
    )
    .argument(
      '<topic>',
      'magento.orders, magento.customers, erp.stock, erp.products, erp.prices or erp.fulfilments',
    )
    .option('--from <time>', 'published at or after, such as 2026-11-23T10:00:00Z')
    .option('--to <time>', 'published before; left out: now')
    .option('--keys <keys...>', 'of these keys only')
    .option('--after <key>', 'go on after this key, as a run that was stopped has said')
    .option('--apply', 'do it; without it nothing is asked for')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText(
      'after',
      `
Examples:
  $ cartage replay erp.stock --from 2026-11-23T10:00:00Z --to 2026-11-23T11:00:00Z
  $ cartage replay erp.stock --keys WH1/ABC-1 WH1/ABC-2 --apply --reason 'restored the shop'

Each key is read at its source again: what is true now is sent, never what the window says. Ctrl-C stops it, and it says
where to go on.`,
    )
    .action(run(async (options, [topic = '']) => (await import('./replay.ts')).replay(options, topic)));
}
