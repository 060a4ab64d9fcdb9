import type { Command } from 'commander';
import { examples as examplesOf } from '../../options.ts';
import type { Run } from '../../options.ts';

const dryRun = ['--dry-run', 'say what would be erased, and what would remain'] as const;
const reason = ['--reason <text>', 'why, for the audit; no personal data'] as const;
const examples = (...lines: string[]) => examplesOf(...lines.map((line) => `erase ${line}`));

export function addErase(program: Command, run: Run): void {
  const erase = program
    .command('erase')
    .description(
      'personal data of a customer or an order: erase what can be, say what remains and until when',
    )
    .addHelpText('after', examples('customer jane@example.com --dry-run', 'order main/default/000000042'));
  erase
    .command('customer')
    .description('of every order of a customer')
    .argument('<email or id>', 'e-mail address, or the customer id of Magento')
    .option(...reason)
    .option(...dryRun)
    .addHelpText('after', examples('customer jane@example.com --dry-run', 'customer 1042'))
    .action(run(async (options, [who = '']) => (await import('./erase.ts')).eraseCustomer(options, who)));
  erase
    .command('order')
    .description('of one order')
    .argument('<key>', 'instance/store/increment_id')
    .option(...reason)
    .option(...dryRun)
    .addHelpText('after', examples('order main/default/000000042 --dry-run'))
    .action(run(async (options, [key = '']) => (await import('./erase.ts')).eraseOrder(options, key)));
}
