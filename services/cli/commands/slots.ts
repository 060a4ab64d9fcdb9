import type { Command } from 'commander';
import { connectionOf } from '../../erp/connection.ts';
import { dropUnusedSlot, listSlots } from '../../erp/slots.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import { recordAct } from '../act.ts';
import type { GlobalOptions, Run } from '../options.ts';
import { withBus } from '../open.ts';
import { printJson, printLine, printTable } from '../print.ts';

export function addSlots(program: Command, run: Run): void {
  const slots = program
    .command('slots')
    .description("replication slots on the ERP's server, and which of them nobody uses")
    .action(run((options) => showSlots(options)));
  slots
    .command('drop')
    .description('drop one that nobody uses; the log it keeps goes with it')
    .argument('<name>', 'as `cartage slots` prints it')
    .option('--reason <text>', 'why, for the audit')
    .option('--dry-run', 'say what would be dropped')
    .addHelpText('after', '\nExample:\n  $ cartage slots drop cartage_old --dry-run')
    .action(run((options, [name = '']) => dropSlotNamed(options, name)));
}

async function showSlots(options: GlobalOptions): Promise<number> {
  const { erp } = readConfiguration(['erp'], options.config).config;
  const slots = await listSlots(connectionOf(erp.connection), erp.slot);
  if (options.json) printJson({ slots });
  else
    printTable(
      ['SLOT', 'USE', 'KEEPS', 'DATABASE'],
      slots.map(({ name, use, retainedBytes, database }) => [
        name,
        use,
        megabytes(retainedBytes),
        database ?? '(physical)',
      ]),
    );
  return 0;
}

async function dropSlotNamed(
  options: GlobalOptions & { dryRun?: boolean; reason?: string },
  name: string,
): Promise<number> {
  const { dryRun = false, reason } = options;
  const configuration = readConfiguration(['erp'], options.config);
  const { erp } = configuration.config;
  const connection = connectionOf(erp.connection);
  const drop = (isDry: boolean) => dropUnusedSlot(connection, erp.slot, name, isDry);
  const slot = await drop(true);
  if (!dryRun) {
    const act = { action: 'slots.drop', subject: 'a replication slot', keys: [name] };
    await withBus(configuration, (bus) => recordAct(bus, options, { ...act, ...(reason && { reason }) }));
    await drop(false);
  }
  if (options.json) printJson({ dryRun, dropped: slot });
  else
    printLine(
      `${dryRun ? 'would drop' : 'dropped'} ${name}, which keeps ${megabytes(slot.retainedBytes)} of log`,
    );
  return 0;
}

const megabytes = (bytes: number | null) => (bytes === null ? 'nothing' : `${Math.ceil(bytes / 2 ** 20)} MB`);
