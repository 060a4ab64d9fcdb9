import { distinct, releaseParked } from '../../../operations/parked/release.ts';
import type { ReleasePlan } from '../../../operations/parked/release.ts';
import type { Selection } from '../../../operations/parked/records.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { actingAs } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus, withValueReader } from '../../open.ts';
import { printJson, printLine, printSome } from '../../print.ts';

export interface ReleaseOptions extends GlobalOptions, Selection {
  reason?: string;
  dryRun?: boolean;
}

/** Lines of either kind that are printed at most. */
const linesShown = 20;

/** Asks for parked records at their source. Exit code 1 when one of them cannot be asked for; the others are. */
export async function release(options: ReleaseOptions, keys: string[]): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { cause, flow, reason, dryRun = false } = options;
  const what = { ...(cause !== undefined && { cause }), ...(flow !== undefined && { flow }), keys };
  const plan = await withBus(configuration, (bus) =>
    withValueReader(configuration, (reader) =>
      releaseParked(
        bus,
        configuration.config.instance,
        reader,
        { ...what, reason, dryRun },
        actingAs(options, dryRun),
      ),
    ),
  );
  if (options.json)
    printJson({ dryRun, asked: Object.fromEntries(plan.asked), stuck: Object.fromEntries(plan.stuck) });
  else print(plan, dryRun);
  return plan.stuck.size === 0 ? 0 : 1;
}

function print(plan: ReleasePlan, dryRun: boolean): void {
  const verb = dryRun ? 'would ask for' : 'asked for';
  printSome(
    distinct(plan).map(({ topic, key }) => `${verb} ${topic} ${key}`),
    linesShown,
    (count) => `${verb} ${count} more`,
  );
  printSome(
    [...plan.stuck].map(([key, why]) => `cannot be asked for: ${shellWord(key)}: ${why}`),
    linesShown,
    (count) => `and ${count} more that cannot be asked for`,
  );
  if (plan.asked.size > 0 && !dryRun)
    printLine(
      'What succeeds is cleared by itself, within seconds: `cartage parked list` shows what is left.',
    );
}
