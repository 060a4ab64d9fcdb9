import type { Command } from 'commander';
import { outsideOfHours } from '../../../platform/schedules.ts';
import type { Run } from '../../options.ts';

const flow = ['<flow>', 'orders, stock, catalog, shipments, customers, a process, or process.part'] as const;
const reason = ['--reason <text>', 'why, for the audit'] as const;
const dryRun = ['--dry-run', 'say what would be set'] as const;
const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  $ cartage ${line}`).join('\n')}\n\nNothing is restarted, and it holds until it is set otherwise.`;

export function addControls(program: Command, run: Run): void {
  program
    .command('pause')
    .description('a flow begins and reads nothing more; what is under way is finished')
    .argument(...flow)
    .requiredOption(...reason)
    .option(...dryRun)
    .addHelpText('after', examples("pause order-exporter --reason 'the ERP is being moved'"))
    .action(
      run(async (options, [name = '']) =>
        (await import('./set.ts')).set(options, 'pause', name, { paused: true }),
      ),
    );
  program
    .command('resume')
    .description('a flow that was paused goes on where it stopped')
    .argument(...flow)
    .requiredOption(...reason)
    .option(...dryRun)
    .addHelpText('after', examples("resume order-exporter --reason 'the ERP is there again'"))
    .action(
      run(async (options, [name = '']) =>
        (await import('./set.ts')).set(options, 'resume', name, { paused: false }),
      ),
    );
  program
    .command('set')
    .description('how much a flow has in work, at most, or when it does its work')
    .argument(...flow)
    .argument(
      '<what>',
      'concurrency: pieces of work at once; batch: records in one of them; schedule: of catalog or reconciler',
    )
    .argument(
      '<value>',
      'a number of at least 1; quiet hours in UTC, or the time from round to round; or default: as it is configured',
    )
    .requiredOption(...reason)
    .option(...dryRun)
    .addHelpText(
      'after',
      examples(
        "set stock concurrency 1 --reason 'the shop is slow'",
        "set stock batch default --reason 'over'",
        "set catalog schedule 22:00-05:00 --reason 'the shop is slow by day'",
        "set reconciler schedule 15m --reason 'after the import'",
      ) + `\n${outsideOfHours}`,
    )
    .action(
      run(async (options, [name = '', what = '', value = '']) =>
        (await import('./set.ts')).setWhat(options, name, what, value),
      ),
    );
  program
    .command('controls')
    .description('what was set of the flows, by whom and why')
    .addHelpText('after', examples('controls', 'controls --json'))
    .action(run(async (options) => (await import('./list.ts')).listControls(options)));
}
