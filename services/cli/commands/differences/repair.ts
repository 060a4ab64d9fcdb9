import { repairDifferences } from '../../../operations/differences/repair.ts';
import type { Selection } from '../../../operations/differences/records.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { actingAs } from '../../act.ts';
import { withBus } from '../../open.ts';
import type { GlobalOptions } from '../../options.ts';
import { printJson, printSome } from '../../print.ts';

export interface RepairOptions extends GlobalOptions, Selection {
  reason?: string;
  dryRun?: boolean;
}

const linesShown = 20;

/** Has what differs read at its source again, or says what would be. */
export async function repair(options: RepairOptions, keys: string[]): Promise<number> {
  const { kind, cause, dryRun = false, reason } = options;
  const configuration = readConfiguration([], options.config);
  const { instance } = configuration.config;
  const selection = { ...(kind !== undefined && { kind }), ...(cause !== undefined && { cause }) };
  const what = { ...selection, keys, reason, dryRun };
  const asked = await withBus(configuration, (bus) =>
    repairDifferences(bus, instance, what, actingAs(options, dryRun)),
  );
  if (options.json) printJson({ dryRun, asked: asked.map(({ topic, key }) => ({ topic, key })) });
  else {
    const verb = dryRun ? 'would ask' : 'asked';
    printSome(
      asked.map(({ topic, key, repair: last }) => `${verb} for ${topic} ${shellWord(key)}${before(last)}`),
      linesShown,
      (count) => `${verb} for ${count} more`,
    );
  }
  return 0;
}

const before = (last: string) => (last === 'failed' ? ' (the last time it did not help)' : '');
