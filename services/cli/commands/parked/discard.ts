import { discardParked } from '../../../operations/parked/discard.ts';
import type { Selection } from '../../../operations/parked/records.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { actingAs } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printSome } from '../../print.ts';

export interface DiscardOptions extends GlobalOptions, Selection {
  reason: string;
  dryRun?: boolean;
}

const linesShown = 20;

/** Gives parked records up, for a reason that is kept. */
export async function discard(options: DiscardOptions, keys: string[]): Promise<number> {
  const { cause, flow, reason, dryRun = false } = options;
  const what = { ...(cause !== undefined && { cause }), ...(flow !== undefined && { flow }), keys };
  const configuration = readConfiguration([], options.config);
  const { instance } = configuration.config;
  const discarded = await withBus(configuration, (bus) =>
    discardParked(bus, instance, { ...what, reason, dryRun }, actingAs(options, dryRun)),
  );
  if (options.json) printJson({ dryRun, discarded });
  else {
    const verb = dryRun ? 'would discard' : 'discarded';
    printSome(
      discarded.map((name) => `${verb} ${shellWord(name)}`),
      linesShown,
      (count) => `${verb} ${count} more`,
    );
  }
  return 0;
}
