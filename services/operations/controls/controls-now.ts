import { controls } from '../../../schemas/topics.ts';
import type { Control } from '../../../schemas/types.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';

/** What an operator may set; null: as the process itself has it. */
export type Setting = Partial<Pick<Control, 'paused' | 'concurrencyMax' | 'batchMax' | 'schedule'>>;

/** What is set now, by reader. */
export async function controlsNow(
  bus: Pick<Bus, 'readAll'>,
  instance: string,
): Promise<Map<string, Control>> {
  const found = new Map<string, Control>();
  await readToEnd(bus, controls, ({ value }) => {
    if (value?.instance === instance) found.set(value.reader, value);
  });
  return new Map([...found].toSorted(([one], [other]) => one.localeCompare(other)));
}

/** As it is to be set: what is not named stays. */
export function changed(
  now: Control | undefined,
  reader: string,
  setting: Setting,
  by: Pick<Control, 'instance' | 'reason' | 'setBy' | 'setAt'>,
): Control {
  const own = now ?? { paused: false, concurrencyMax: null, batchMax: null, schedule: null };
  const { paused, concurrencyMax, batchMax, schedule } = { ...own, ...setting };
  return { ...by, reader, paused, concurrencyMax, batchMax, schedule };
}
