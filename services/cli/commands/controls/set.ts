import { setFlow, settingOf } from '../../../operations/controls/set.ts';
import type { Setting } from '../../../operations/controls/controls-now.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { outsideOfHours, quietHoursOf } from '../../../platform/schedules.ts';
import { actingAs } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine } from '../../print.ts';
import { printControls } from './list.ts';

/** Sets the flows of a name, on record first. */
export async function set(
  options: GlobalOptions & { reason: string; dryRun?: boolean },
  action: string,
  flow: string,
  setting: Setting,
): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { reason, dryRun = false } = options;
  const what = { action, flow, setting, reason, dryRun };
  const made = await withBus(configuration, (bus) =>
    setFlow(bus, configuration.config.instance, what, actingAs(options, dryRun)),
  );
  if (options.json) printJson(made);
  else printControls(made);
  if (!options.json && isQuietHours(setting)) printLine(outsideOfHours);
  return 0;
}

const isQuietHours = ({ schedule }: Setting) => quietHoursOf(schedule) !== null;

/** Sets one thing, as it was typed. @throws Rejected for what cannot be set, or not to that */
export const setWhat = (
  options: Parameters<typeof set>[0],
  flow: string,
  what: string,
  value: string,
): Promise<number> => set(options, 'set', flow, settingOf(what, value));
