import { parked } from '../../../schemas/topics.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { forAll } from '../../platform/for-all.ts';
import { recordAct } from '../act.ts';
import type { Actor } from '../act.ts';
import { chosen, readParked, selectionWords } from './records.ts';
import type { ParkedAct, ParkedFilter } from './records.ts';

/** Gives parked records up, for a reason that is kept. @returns their keys. @throws Rejected where nothing is chosen */
export async function discardParked(
  bus: Pick<Bus, 'readAll' | 'publish' | 'tombstone'>,
  { keys, reason, dryRun, ...selection }: ParkedAct,
  actor: Actor,
  filter?: ParkedFilter,
): Promise<string[]> {
  if (!dryRun && (reason ?? '').trim() === '')
    throw new Rejected({
      code: 'parked.reason',
      what: 'The reason is empty',
      fix: 'Say why these records need not be applied; it is kept for a year',
    });
  const names = [...chosen(await readParked(bus, filter), keys, selection).keys()];
  if (dryRun) return names;
  const subject = selectionWords(selection);
  await recordAct(bus, actor, { action: 'parked.discard', subject, keys: names, reason });
  await forAll(names, (name) => bus.tombstone(parked, name));
  return names;
}
