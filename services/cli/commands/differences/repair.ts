import { refresh } from '../../../../schemas/topics.ts';
import type { Difference } from '../../../../schemas/types.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { actorOf, recordAct } from '../../act.ts';
import { withBus } from '../../open.ts';
import type { GlobalOptions } from '../../options.ts';
import { printJson, printSome } from '../../print.ts';
import { askedAgain } from '../refresh.ts';
import { chosen, readDifferences, selectionWords } from './records.ts';
import type { Selection } from './records.ts';

export interface RepairOptions extends GlobalOptions, Selection {
  reason?: string;
  dryRun?: boolean;
}

const linesShown = 20;

/**
 * Has what differs read at its source again: each key once, however much of it differs. The reconciler sees the request,
 * and whether it has helped.
 */
export async function repairDifferences(options: RepairOptions, keys: string[]): Promise<number> {
  const { dryRun = false, reason } = options;
  const configuration = readConfiguration([], options.config);
  const requestedBy = dryRun ? '' : `cli ${actorOf(options)}`;
  const asked = await withBus(configuration, async (bus) => {
    const found = chosen(await readDifferences(bus, configuration.config.instance), keys, options);
    const targets = [...new Map([...found.values()].map((one) => [nameOf(one), one])).values()];
    if (dryRun) return targets;
    await recordAct(bus, options, {
      action: 'differences.repair',
      subject: selectionWords(options),
      keys: [...found.keys()],
      ...(reason !== undefined && { reason }),
    });
    const requests = targets.map(({ topic, key }) => askedAgain(topic, key, requestedBy));
    await Promise.all(requests.map((value) => bus.publish(refresh, { value })));
    return targets;
  });
  if (options.json) printJson({ dryRun, asked: asked.map(({ topic, key }) => ({ topic, key })) });
  else {
    const verb = dryRun ? 'would ask' : 'asked';
    printSome(
      asked.map(({ topic, key, repair }) => `${verb} for ${topic} ${shellWord(key)}${before(repair)}`),
      linesShown,
      (count) => `${verb} for ${count} more`,
    );
  }
  return 0;
}

const nameOf = ({ topic, key }: Difference) => `${topic} ${key}`;
const before = (repair: string) => (repair === 'failed' ? ' (the last time it did not help)' : '');
