import { connectionOf } from '../../../erp/connection.ts';
import { dropUnusedSlot, listSlots } from '../../../erp/slots.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine, printTable } from '../../print.ts';

export async function showSlots(options: GlobalOptions): Promise<number> {
  const { erp } = readConfiguration(['erp'], options.config).config;
  const slots = await listSlots(connectionOf(erp.connection), erp.slot);
  if (options.json) printJson({ slots });
  else
    printTable(
      ['SLOT', 'USE', 'KEEPS', 'FAILOVER', 'DATABASE'],
      slots.map(({ name, use, retainedBytes, failover, database }) => [
        name,
        use,
        megabytes(retainedBytes),
        failover === null ? '' : failover ? 'yes' : 'no',
        database ?? '(physical)',
      ]),
    );
  return 0;
}

export async function dropSlotNamed(
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
