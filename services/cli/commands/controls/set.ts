import { controls } from '../../../../schemas/topics.ts';
import { changed, controlsNow } from '../../../operations/controls/controls-now.ts';
import type { Setting } from '../../../operations/controls/controls-now.ts';
import { readersOf } from '../../../operations/flow-names.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { actorOf, recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson } from '../../print.ts';
import { printControls } from './list.ts';

/** Sets the flows of a name, on record first. */
export async function setFlow(
  options: GlobalOptions & { reason: string },
  action: string,
  flow: string,
  setting: Setting,
): Promise<number> {
  const readers = readersOf(flow);
  const configuration = readConfiguration([], options.config);
  const { instance } = configuration.config;
  const { reason } = options;
  const set = await withBus(configuration, async (bus) => {
    const now = await controlsNow(bus, instance);
    const by = { instance, reason, setBy: actorOf(options), setAt: Date.now() };
    const made = readers.map((reader) => changed(now.get(reader), reader, setting, by));
    await recordAct(bus, options, { action, subject: wordsOf(flow, setting), keys: readers, reason });
    for (const value of made) await bus.publish(controls, { value });
    return made;
  });
  if (options.json) printJson(set);
  else printControls(set);
  return 0;
}

function wordsOf(flow: string, { concurrencyMax, batchMax }: Setting): string {
  if (concurrencyMax !== undefined) return `${flow}: concurrency ${concurrencyMax ?? 'default'}`;
  return batchMax === undefined ? flow : `${flow}: batch ${batchMax ?? 'default'}`;
}

/** @throws Rejected for what cannot be set, or not to that */
export function settingOf(what: string, value: string): Setting {
  const number = value === 'default' ? null : Number(value);
  const isRight = number === null || (Number.isInteger(number) && number >= 1 && number <= 10_000);
  if (isRight && what === 'concurrency') return { concurrencyMax: number };
  if (isRight && what === 'batch') return { batchMax: number };
  throw new Rejected({
    code: 'controls.setting',
    what: `${what} cannot be set to ${value}`,
    fix: 'Set concurrency or batch, to a whole number from 1 to 10000 or to default',
  });
}
