import { refresh } from '../../../../schemas/topics.ts';
import type { Parked, Refresh } from '../../../../schemas/types.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { refreshTargetOf } from '../../../platform/flow/request-refresh.ts';
import type { RefreshTarget } from '../../../platform/flow/request-refresh.ts';
import type { ValueReader } from '../../../platform/kafka/value-reader.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { actorOf, recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus, withValueReader } from '../../open.ts';
import { printJson, printLine, printSome } from '../../print.ts';
import { chosen, readParked, selectionWords } from './records.ts';
import type { ParkedRecords, Selection } from './records.ts';

export interface ReleaseOptions extends GlobalOptions, Selection {
  reason?: string;
  dryRun?: boolean;
}

interface Plan {
  /** Parked keys, each with what is to be asked for. */
  asked: Map<string, RefreshTarget>;
  /** Parked keys that nobody can ask for, each with the way out. */
  stuck: Map<string, string>;
}

/** Lines of either kind that are printed at most. */
const linesShown = 20;

/**
 * Asks for the keys of parked records at their source: the flow looks at what is true now, and its success clears
 * them. Exit code 1 when one of them cannot be asked for; the others are.
 */
export async function releaseParked(options: ReleaseOptions, keys: string[]): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const dryRun = options.dryRun ?? false;
  const requestedBy = dryRun ? '' : `cli ${actorOf(options)}`;
  const plan = await withBus(configuration, async (bus) => {
    const records = chosen(await readParked(bus), keys, options);
    const made = await withValueReader(configuration, (reader) => planOf(records, reader));
    if (dryRun || made.asked.size === 0) return made;
    const { reason } = options;
    await recordAct(bus, options, {
      action: 'parked.release',
      subject: selectionWords(options),
      keys: [...made.asked.keys()],
      ...(reason === undefined ? {} : { reason }),
    });
    const asked = { reason: 'released', requestedBy, requestedAt: Date.now() };
    const common = { ...asked, seen: null, always: true, notBefore: null };
    await Promise.all(
      distinct(made).map((target) => bus.publish(refresh, { value: { ...target, ...common } })),
    );
    return made;
  });
  if (options.json)
    printJson({ dryRun, asked: Object.fromEntries(plan.asked), stuck: Object.fromEntries(plan.stuck) });
  else print(plan, dryRun);
  return plan.stuck.size === 0 ? 0 : 1;
}

async function planOf(records: ParkedRecords, reader: ValueReader): Promise<Plan> {
  const plan: Plan = { asked: new Map(), stuck: new Map() };
  for (const [key, record] of records) {
    const target = refreshTargetOf(record) ?? (await targetInside(record, reader));
    if (target !== null) plan.asked.set(key, target);
    else plan.stuck.set(key, wayOut(record));
  }
  return plan;
}

/** A parked request says in its value what it was for. */
async function targetInside(
  { topic, key, partition, recordValue }: Parked,
  reader: ValueReader,
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

function wayOut({ key, partition, topic }: Parked): string {
  if (key === null)
    return `its bytes cannot be read, so nobody knows its key: mend its writer, \`cartage refresh ${topic}\` the key if you know it, then discard it`;
  if (partition < 0)
    return 'a row of the ERP that made no record: it is asked again when the row changes there, and with the next round of its stream; correct the row';
  return 'a request whose original is not kept any more: ask again with `cartage refresh`, then discard it';
}

/** Several documents of one key are asked for once. */
function distinct({ asked }: Plan): RefreshTarget[] {
  return [...new Map([...asked.values()].map((target) => [JSON.stringify(target), target])).values()];
}

function print(plan: Plan, dryRun: boolean): void {
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
