import type { Command } from 'commander';
import type { Run } from '../../options.ts';
import type { ExplainOptions } from './explain.ts';

const reveal = ['--reveal', 'show the newest records with personal data as well; it is audited'] as const;
const reason = ['--reason <text>', 'why personal data is shown, for the audit'] as const;
const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  $ cartage explain ${line}`).join('\n')}\n\nExit codes: 0 all in order, 1 parked, different or not to be told, 2 nobody knows of it.`;

export function addExplain(program: Command, run: Run): void {
  const command = program
    .command('explain')
    .description(
      'the whole story of an order or a SKU: what was seen, decided and tried, and how both sides stand',
    )
    .addHelpText('after', examples('order 000000042', 'sku ABC-1'));
  command
    .command('order')
    .description('of an order')
    .argument('<number or key>', 'its number in the shop, or instance/store/increment_id')
    .option(...reveal)
    .option(...reason)
    .addHelpText('after', examples('order 000000042', 'order main/default/000000042 --json'))
    .action(
      run(async (options, [number = '']) => (await import('./explain.ts')).explain(options, 'order', number)),
    );
  command
    .command('sku')
    .description('of the stock, product and prices of a SKU')
    .argument('<sku>', 'as the ERP spells it')
    .option(
      '--at <time>',
      'instead: what was believed of its stock at that time, and what the shop had been told',
    )
    .addHelpText('after', examples('sku ABC-1', 'sku ABC-1 --at 2026-11-23T10:03:00Z --json'))
    .action(
      run(async (options: ExplainOptions & { at?: string }, [sku = '']) =>
        options.at === undefined
          ? (await import('./explain.ts')).explain(options, 'sku', sku)
          : (await import('./at.ts')).explainAt({ ...options, at: options.at }, sku),
      ),
    );
}
