import { parked } from '../../../schemas/topics.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { forAll } from '../../platform/for-all.ts';
import { recordAct } from '../act.ts';
import type { Actor } from '../act.ts';
import { briefly, chosen, readParked, selectionWords } from './records.ts';
import type { ParkedAct } from './records.ts';

/** Gives parked records of an instance up, for a reason that is kept. @returns their keys. @throws Rejected where nothing is chosen */
export async function discardParked(
  bus: Pick<Bus, 'readAll' | 'publish' | 'tombstone'>,
  instance: string,
  { keys, reason, dryRun, ...selection }: ParkedAct,
  actor: Actor,
): Promise<string[]> {
  if (!dryRun && (reason ?? '').trim() === '')
    throw new Rejected({
      code: 'parked.reason',
      what: 'The reason is empty',
      fix: 'Say why these records need not be applied; it is kept for a year',
    });
  const names = [...chosen(await readParked(bus, briefly(instance)), keys, selection).keys()];
  if (dryRun) return names;
  const subject = selectionWords(selection);
  await recordAct(bus, actor, { action: 'parked.discard', subject, keys: names, reason });
  await forAll(names, (name) => bus.tombstone(parked, name));
  return names;
}
