import { userInfo } from 'node:os';
import { contracts, refresh } from '../../../schemas/topics.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import { Rejected } from '../../platform/errors.ts';
import type { GlobalOptions } from '../command-line.ts';
import { withBus } from '../open.ts';
import { printJson, printLine } from '../print.ts';

/** Asks for keys to be read at their source again: the way to replay a state, and out of the parked records. */
export async function requestRefresh(
  options: GlobalOptions & { dryRun?: boolean },
  topic: string,
  keys: string[],
): Promise<number> {
  refuseOtherTopics(topic);
  const { config } = readConfiguration([], options.config);
  const requests = keys.map((key) => ({
    topic,
    key,
    reason: 'operator',
    requestedBy: `cli ${userInfo().username}`,
    requestedAt: Date.now(),
    seen: null,
  }));
  if (!options.dryRun)
    await withBus(config, (bus) => Promise.all(requests.map((value) => bus.publish(refresh, { value }))));
  if (options.json) printJson({ dryRun: options.dryRun ?? false, requests });
  else
    for (const { key } of requests)
      printLine(`${options.dryRun ? 'would ask' : 'asked'} for ${topic} ${key}`);
  return 0;
}

function refuseOtherTopics(topic: string): void {
  const sources = contracts.filter((row) => !row.topic.startsWith('cartage.')).map((row) => row.topic);
  if (sources.includes(topic)) return;
  throw new Rejected({
    code: 'refresh.topic',
    what: `${topic} is no topic that can be read at its source again`,
    fix: `Use one of ${sources.join(', ')}`,
  });
}
