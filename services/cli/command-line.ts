import { Command, CommanderError } from 'commander';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { check } from './commands/check.ts';
import { listParked } from './commands/parked.ts';
import { requestRefresh } from './commands/refresh.ts';
import { applyTopics } from './commands/topics.ts';

/** What every command is given. */
export interface GlobalOptions {
  /** Path of the YAML; undefined: CARTAGE_CONFIG. */
  config?: string;
  json?: boolean;
}

/** Runs one command. Resolves to the exit code: 0 all well, 1 something is wrong and was said. */
export async function runCommandLine(argv: string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('cartage')
    .description('Operates Cartage: orders, stock, products and parcels between Magento and an ERP.')
    .option('--config <file>', 'the configuration (default: CARTAGE_CONFIG, else /etc/cartage/cartage.yaml)')
    .option('--json', 'print JSON instead of text')
    .showHelpAfterError('(see cartage --help)')
    .exitOverride();
  const run =
    (work: (options: GlobalOptions & Record<string, unknown>, words: string[]) => Promise<number>) =>
    async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      exitCode = await work(command.optsWithGlobals(), command.args);
    };

  program
    .command('check')
    .description('try the configuration against shop, ERP, broker and registry; writes nothing')
    .option('--verbose', 'list also what is well')
    .action(run((options) => check(options)));
  const topics = program.command('topics').description('topics and contracts');
  topics
    .command('apply')
    .description('create topics and register contracts; a second run changes nothing')
    .option('--dry-run', 'say what would be changed')
    .action(run((options) => applyTopics(options)));
  const parked = program.command('parked').description('records that could not be applied');
  parked
    .command('list')
    .description('cause and fix of each parked record')
    .option('--code <code>', 'only records parked for this cause')
    .action(run((options) => listParked(options)));
  program
    .command('refresh')
    .description('read keys at their source again and send what is true now')
    .argument('<topic>', 'magento.orders, erp.stock, erp.products, erp.prices or erp.fulfilments')
    .argument('<keys...>', "keys on that topic, e.g. 'WH1/ABC-1' or 'main/default/000000042'")
    .option('--dry-run', 'say what would be asked for')
    .addHelpText('after', "\nExample:\n  $ cartage refresh erp.stock 'WH1/ABC-1'")
    .action(run((options, [topic = '', ...keys]) => requestRefresh(options, topic, keys)));

  try {
    await program.parseAsync(argv);
  } catch (error) {
    return exitCodeOf(error);
  }
  return exitCode;
}

function exitCodeOf(error: unknown): number {
  // Commander has said what was wrong with the words.
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof Rejected || error instanceof Unavailable) {
    const { what, why, fix, code } = error.fault;
    process.stderr.write(`${what}${why ? ` (${why})` : ''}.\n${fix}. [${code}]\n`);
    return 1;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
