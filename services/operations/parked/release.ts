import { refresh } from '../../../schemas/topics.ts';
import type { Parked, Refresh } from '../../../schemas/types.ts';
import { Rejected } from '../../platform/errors.ts';
import { refreshTargetOf } from '../../platform/flow/request-refresh.ts';
import type { RefreshTarget } from '../../platform/flow/request-refresh.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { ValueReader } from '../../platform/kafka/value-reader.ts';
import { forAll } from '../../platform/for-all.ts';
import { recordAct, requesterOf } from '../act.ts';
import type { Actor } from '../act.ts';
import { briefly, chosen, readParked, selectionWords } from './records.ts';
import type { ParkedAct, ParkedBrief } from './records.ts';

export interface ReleasePlan {
  /** Parked keys, each with what is to be asked for. */
  asked: Map<string, RefreshTarget>;
  /** Parked keys that nobody can ask for, each with the way out. */
  stuck: Map<string, string>;
}

/**
 * Asks for the keys of parked records of an instance at their source: the flow looks at what is true now, and its success clears
 * them. Of what cannot be asked for the way out is told; the others are asked for.
 * @throws Rejected where nothing is chosen
 */
export async function releaseParked(
  bus: Pick<Bus, 'readAll' | 'publish'>,
  instance: string,
  reader: Pick<ValueReader, 'read'>,
  { keys, reason, dryRun, ...selection }: ParkedAct,
  actor: Actor,
): Promise<ReleasePlan> {
  const plan = await planOf(chosen(await readParked(bus, briefly(instance)), keys, selection), reader);
  if (dryRun || plan.asked.size === 0) return plan;
  const subject = selectionWords(selection);
  await recordAct(bus, actor, { action: 'parked.release', subject, keys: [...plan.asked.keys()], reason });
  const by = { reason: 'released', requestedBy: requesterOf(actor), requestedAt: Date.now() };
  const common = { ...by, seen: null, always: true, notBefore: null };
  await forAll(distinct(plan), (target) => bus.publish(refresh, { value: { ...target, ...common } }));
  return plan;
}

async function planOf(
  records: ReadonlyMap<string, ParkedBrief>,
  reader: Pick<ValueReader, 'read'>,
): Promise<ReleasePlan> {
  const plan: ReleasePlan = { asked: new Map(), stuck: new Map() };
  for (const [key, record] of records) {
    const target = refreshTargetOf(record) ?? (await targetInside(record, reader));
    if (target !== null) plan.asked.set(key, target);
    else plan.stuck.set(key, wayOut(record));
  }
  return plan;
}

/** A parked request says in its value what it was for. */
async function targetInside(
  { topic, key, partition, recordValue }: ParkedBrief,
  reader: Pick<ValueReader, 'read'>,
): Promise<RefreshTarget | null> {
  if (topic !== refresh.topic || key === null || partition < 0 || recordValue === null) return null;
  try {
    const asked = (await reader.read(topic, recordValue)) as Refresh;
    return { topic: asked.topic, key, entityId: asked.entityId };
  } catch (error) {
    if (error instanceof Rejected) return null;
    throw error;
  }
}

function wayOut({ key, partition, topic }: Pick<Parked, 'key' | 'partition' | 'topic'>): string {
  if (key === null)
    return `its bytes cannot be read, so nobody knows its key: mend its writer, \`cartage refresh ${topic}\` the key if you know it, then discard it`;
  if (partition < 0)
    return 'a row of the ERP that made no record: it is asked again when the row changes there, and with the next round of its stream; correct the row';
  return 'a request whose original is not kept any more: ask again with `cartage refresh`, then discard it';
}

/** Several documents of one key are asked for once. */
export function distinct({ asked }: ReleasePlan): RefreshTarget[] {
  return [...new Map([...asked.values()].map((target) => [JSON.stringify(target), target])).values()];
}
