import type { Command } from 'commander';
import { examples } from '../../options.ts';
import type { Run } from '../../options.ts';

export function addReport(program: Command, run: Run): void {
  const report = program
    .command('report')
    .description('how the line has done')
    .addHelpText('after', examples('report daily', 'report go-live --since 2026-11-23T10:00:00Z'));
  report
    .command('go-live')
    .description(
      'the first 72 hours against the targets: latency, failures, backlog, parked records, differences',
    )
    .requiredOption('--since <time>', 'when the flows were switched on, such as 2026-11-23T10:00:00Z')
    .addHelpText(
      'after',
      '\nExample:\n  $ cartage report go-live --since 2026-11-23T10:00:00Z\n\nExit codes: 0 all targets met, 1 one was missed, 2 too little has happened to say.',
    )
    .action(run(async (options) => (await import('./go-live.ts')).reportGoLive(options)));
  report
    .command('daily')
    .description(
      'orders of yesterday, drawn by chance and compared field by field with what shop and ERP show now; writes nothing',
    )
    .option('--seed <text>', 'draws the same again, as the report before has printed it')
    .option('--day <date>', 'another day than yesterday, in UTC, such as 2026-11-27')
    .addHelpText(
      'after',
      '\nExamples:\n  $ cartage report daily\n  $ cartage report daily --day 2026-11-27 --seed 5f3a09c1 --json\n\nHow many is reconcile.dailySample. Exit codes: 0 all equal, 1 something differs or could not be asked.',
    )
    .action(run(async (options) => (await import('./daily.ts')).reportDaily(options)));
}
