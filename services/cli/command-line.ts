import { Command, CommanderError } from 'commander';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { addCatalog } from './commands/catalog/command.ts';
import { addControls } from './commands/controls/command.ts';
import { addDifferences } from './commands/differences/command.ts';
import { addErase } from './commands/erase/command.ts';
import { addExplain } from './commands/explain/command.ts';
import { addMapping } from './commands/mapping/command.ts';
import { addMarkerOrder } from './commands/marker-order/command.ts';
import { addParked } from './commands/parked/command.ts';
import { addRecipe } from './commands/recipe/command.ts';
import { addRefresh } from './commands/refresh/command.ts';
import { addReplay } from './commands/replay/command.ts';
import { addReport } from './commands/report/command.ts';
import { addSlots } from './commands/slots/command.ts';
import { addStreams } from './commands/streams/command.ts';
import { examples } from './options.ts';
import type { Run } from './options.ts';
import { endQuietlyWithReader, printError } from './print.ts';

/** Runs one command. Resolves to the exit code: 0 all well, 1 something is wrong and was said. */
export async function runCommandLine(argv: string[]): Promise<number> {
  endQuietlyWithReader();
  let exitCode = 0;
  const program = commandLine((work) => async (...given) => {
    const command = given.at(-1) as Command;
    exitCode = await work(command.optsWithGlobals<never>(), command.args);
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    return exitCodeOf(error);
  }
  return exitCode;
}

/** All commands. */
export function commandLine(run: Run): Command {
  const program = new Command('cartage')
    .description('Operates Cartage: orders, stock, products and parcels between Magento and an ERP.')
    .option('--config <file>', 'the configuration (default: CARTAGE_CONFIG, else /etc/cartage/cartage.yaml)')
    .option('--json', 'print JSON instead of text')
    .option('--as <name>', 'who acts, for the audit (default: your login name)')
    .showHelpAfterError('(see cartage --help)')
    .addHelpText('after', '\nExit codes: 0 done, 1 something is wrong and was said. Nothing asks back.')
    .configureOutput({ writeErr: (text) => printError(text.trimEnd()) })
    .exitOverride();
  program
    .command('check')
    .description('try the configuration against shop, ERP, broker and registry; writes nothing')
    .option('--verbose', 'list also what is well')
    .addHelpText('after', examples('check', 'check --verbose --json'))
    .action(run(async (options) => (await import('./commands/check.ts')).check(options)));
  program
    .command('doctor')
    .description(
      'all of check, and what only a running line shows: lags, mappings, odd SKUs, indexes, known symptoms',
    )
    .option('--verbose', 'list also what is well')
    .option('--orders <number>', 'try the mappings on so many of the newest orders', '500')
    .addHelpText('after', examples('doctor', 'doctor --orders 5000 --json'))
    .action(run(async (options) => (await import('./commands/doctor.ts')).doctor(options)));
  const topics = program
    .command('topics')
    .description('topics and contracts')
    .addHelpText('after', examples('topics apply --dry-run'));
  topics
    .command('apply')
    .description('create topics and register contracts; a second run changes nothing')
    .option('--dry-run', 'say what would be changed')
    .addHelpText('after', examples('topics apply --dry-run', 'topics apply'))
    .action(run(async (options) => (await import('./commands/topics.ts')).applyTopics(options)));
  addExplain(program, run);
  addParked(program, run);
  addDifferences(program, run);
  addRefresh(program, run);
  program
    .command('dry-report')
    .description('what the flows on `dry` would do, and would hold or reject, with examples')
    .addHelpText('after', examples('dry-report', 'dry-report --json'))
    .action(run(async (options) => (await import('./commands/dry-report.ts')).dryReport(options)));
  addCatalog(program, run);
  addMapping(program, run);
  addReplay(program, run);
  addMarkerOrder(program, run);
  addReport(program, run);
  addStreams(program, run);
  addSlots(program, run);
  addRecipe(program, run);
  addControls(program, run);
  program
    .command('audit')
    .description('what people have done: released, repaired, paused, revealed, and why; newest first')
    .option('--days <number>', 'so far back', '30')
    .addHelpText('after', examples('audit', 'audit --days 7 --json'))
    .action(run(async (options) => (await import('./commands/audit.ts')).listActs(options)));
  addErase(program, run);
  return program;
}

function exitCodeOf(error: unknown): number {
  // Commander has said what was wrong with the words.
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof Rejected || error instanceof Unavailable) {
    const { what, why, fix, code } = error.fault;
    printError(`${what}${why ? ` (${why})` : ''}.\n${fix}. [${code}]`);
    return 1;
  }
  printError(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}
