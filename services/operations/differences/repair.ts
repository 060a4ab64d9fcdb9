import { refresh } from '../../../schemas/topics.ts';
import type { Difference } from '../../../schemas/types.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { forAll } from '../../platform/for-all.ts';
import { askedAgain, recordAct, requesterOf } from '../act.ts';
import type { Actor } from '../act.ts';
import { chosen, readDifferences, selectionWords } from './records.ts';
import type { Selection } from './records.ts';

export interface RepairAsked extends Selection {
  /** As `cartage differences list` prints them; none: all of the selection. */
  keys: readonly string[];
  reason?: string | undefined;
  dryRun: boolean;
}

/** A key that is asked for, and what became of the last repair. */
export type Repaired = Pick<Difference, 'topic' | 'key' | 'repair'>;

/**
 * Has what differs read at its source again: each key once, however much of it differs. The reconciler sees the request,
 * and whether it has helped. @throws Rejected where nothing is chosen
 */
export async function repairDifferences(
  bus: Pick<Bus, 'readAll' | 'publish'>,
  instance: string,
  { keys, reason, dryRun, ...selection }: RepairAsked,
  actor: Actor,
): Promise<Repaired[]> {
  const found = chosen(await readDifferences(bus, instance), keys, selection);
  const targets = [...new Map([...found.values()].map((one) => [`${one.topic} ${one.key}`, one])).values()];
  if (!dryRun) {
    const subject = selectionWords(selection);
    await recordAct(bus, actor, { action: 'differences.repair', subject, keys: [...found.keys()], reason });
    const requests = targets.map(({ topic, key }) => askedAgain(topic, key, requesterOf(actor)));
    await forAll(requests, (value) => bus.publish(refresh, { value }));
  }
  return targets.map(({ topic, key, repair }) => ({ topic, key, repair }));
}
