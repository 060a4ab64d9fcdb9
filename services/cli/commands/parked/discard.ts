import { parked } from '../../../../schemas/topics.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printSome } from '../../print.ts';
import { chosen, readParked, selectionWords } from './records.ts';
import type { Selection } from './records.ts';

export interface DiscardOptions extends GlobalOptions, Selection {
  reason: string;
  dryRun?: boolean;
}

const linesShown = 20;

/** Gives parked records up, for a reason that is kept. */
export async function discardParked(options: DiscardOptions, keys: string[]): Promise<number> {
  const { reason, dryRun = false } = options;
  if (reason.trim() === '')
    throw new Rejected({
      code: 'parked.reason',
      what: 'The reason is empty',
      fix: 'Say in --reason why these records need not be applied; it is kept for a year',
    });
  const discarded = await withBus(readConfiguration([], options.config), async (bus) => {
    const names = [...chosen(await readParked(bus), keys, options).keys()];
    if (dryRun) return names;
    await recordAct(bus, options, {
      action: 'parked.discard',
      subject: selectionWords(options),
      keys: names,
      reason,
    });
    await Promise.all(names.map((name) => bus.tombstone(parked, name)));
    return names;
  });
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
