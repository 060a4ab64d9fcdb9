import { controls } from '../../../schemas/topics.ts';
import type { Control } from '../../../schemas/types.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { scheduledProcesses, scheduleProblem } from '../../platform/schedules.ts';
import { recordAct } from '../act.ts';
import type { Actor } from '../act.ts';
import { readersOf } from '../flow-names.ts';
import { changed, controlsNow } from './controls-now.ts';
import type { Setting } from './controls-now.ts';

export interface SetAsked {
  /** pause, resume, set */
  action: string;
  /** A member of `flows`, a process, or a part of one. */
  flow: string;
  setting: Setting;
  reason: string;
  /** Only says what would be set. */
  dryRun?: boolean;
}

/** Sets the flows of a name, on record first. @throws Rejected for a flow that there is none, or a schedule that it cannot have */
export async function setFlow(
  bus: Pick<Bus, 'readAll' | 'publish'>,
  instance: string,
  { action, flow, setting, reason, dryRun = false }: SetAsked,
  actor: Actor,
): Promise<Control[]> {
  const readers = setting.schedule === undefined ? readersOf(flow) : scheduledOf(flow, setting.schedule);
  const now = await controlsNow(bus, instance);
  const by = { instance, reason, setBy: actor.name, setAt: Date.now() };
  const made = readers.map((reader) => changed(now.get(reader), reader, setting, by));
  if (dryRun) return made;
  await recordAct(bus, actor, { action, subject: wordsOf(flow, setting), keys: readers, reason });
  for (const value of made) await bus.publish(controls, { value });
  return made;
}

/** @throws Rejected where there is none of that name that has a schedule, or it is written otherwise */
function scheduledOf(flow: string, schedule: string | null): string[] {
  const all = scheduledProcesses.includes(flow) ? [flow] : readersOf(flow);
  const readers = all.filter((reader) => scheduledProcesses.includes(reader));
  if (readers.length === 0)
    throw new Rejected({
      code: 'controls.no_schedule',
      what: `${flow} has no schedule: it does its work when something changes`,
      fix: 'Set that of catalog (its quiet hours) or of reconciler (the time from round to round); or pause it',
    });
  const problem = readers.map((reader) => scheduleProblem(reader, schedule)).find((one) => one !== null);
  if (problem == null) return readers;
  throw new Rejected({
    code: 'controls.setting',
    what: `The schedule of ${flow} cannot be set to ${schedule}`,
    fix: `Set it to ${problem}`,
  });
}

function wordsOf(flow: string, { concurrencyMax, batchMax, schedule }: Setting): string {
  if (schedule !== undefined) return `${flow}: schedule ${schedule ?? 'default'}`;
  if (concurrencyMax !== undefined) return `${flow}: concurrency ${concurrencyMax ?? 'default'}`;
  return batchMax === undefined ? flow : `${flow}: batch ${batchMax ?? 'default'}`;
}

/** @throws Rejected for what cannot be set, or not to that */
export function settingOf(what: string, value: string): Setting {
  if (what === 'schedule') return { schedule: value === 'default' ? null : value };
  const number = value === 'default' ? null : Number(value);
  const isRight = number === null || (Number.isInteger(number) && number >= 1 && number <= 10_000);
  if (isRight && what === 'concurrency') return { concurrencyMax: number };
  if (isRight && what === 'batch') return { batchMax: number };
  throw new Rejected({
    code: 'controls.setting',
    what: `${what} cannot be set to ${value}`,
    fix: 'Set concurrency or batch, to a whole number from 1 to 10000 or to default; or schedule',
  });
}
