import { audit, differences, outcomes, parked, refresh } from '../../../schemas/topics.ts';
import type { Difference, Outcome, Parked } from '../../../schemas/types.ts';
import type { Bus, Received } from '../../platform/kafka/types.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import { processIn } from '../../platform/groups.ts';
import {
  actHappening,
  differenceHappening,
  outcomeHappening,
  parkedHappening,
  requestHappening,
  stateHappening,
} from './happenings.ts';
import { keysOf } from './subject.ts';
import type { Subject } from './subject.ts';
import type { Happening } from './story.ts';

/** Of each topic so many of the newest; a SKU that changes each minute has more outcomes than anybody reads. */
const happeningsMax = 300;
/** Acts of persons are kept for a year, on few partitions; those of the last weeks are read. */
const actsSinceMs = 28 * 86_400_000;

/** What the topics hold of a subject. */
export interface Found {
  happenings: Happening[];
  leftOut: number;
  /** The newest record of each key and document, by topic. */
  newest: Received<never>[];
  /** Newest outcome of each group, topic, key and document. */
  outcomes: Outcome[];
  parked: Parked[];
  /** As they stand now. */
  differences: Difference[];
}

/**
 * Reads what is on the topics of a subject: only the partitions of its keys, but for acts of persons, which lie by actor,
 * and parked records and differences, which lie by more than the key; of what is read only what is of the subject is kept.
 */
export async function readTopics(
  bus: Pick<Bus, 'readAll'>,
  subject: Subject,
  { instance, now }: { instance: string; now: number },
): Promise<Found> {
  const reading: SubjectReading = {
    bus,
    keys: keysOf(subject),
    taken: new Newest(),
    isOf: (topic, key) => subject.isOf(topic, key) || subject.requests.includes(key),
    isOurs: (group) => processIn(instance, group) !== null,
  };
  const [newest, lastOutcomes, parkedNow, different] = await Promise.all([
    readStates(reading, subject),
    readOutcomes(reading),
    readParked(reading),
    readDifferences(reading, instance),
    readRequests(reading, subject),
    readActs(reading, now - actsSinceMs),
  ]);
  const { taken } = reading;
  for (const record of parkedNow) taken.add(parked.topic, parkedHappening(record));
  for (const one of different) taken.add(differences.topic, differenceHappening(one));
  return {
    happenings: taken.all(),
    leftOut: taken.leftOut,
    newest,
    outcomes: lastOutcomes,
    parked: parkedNow,
    differences: different,
  };
}

interface SubjectReading {
  bus: Pick<Bus, 'readAll'>;
  keys: string[];
  taken: Newest;
  isOf: (topic: string, key: string) => boolean;
  isOurs: (group: string) => boolean;
}

async function readStates(
  { bus, taken, isOf }: SubjectReading,
  { states }: Subject,
): Promise<Received<never>[]> {
  const newest = new Map<string, Received<never>>();
  await Promise.all(
    states.map(({ contract, keys }) =>
      readToEnd(
        bus,
        contract,
        (record) => {
          if (!isOf(record.topic, record.key)) return;
          const happening = stateHappening(record, contract.owner);
          newest.set(JSON.stringify([record.topic, record.key, happening.documentId]), record);
          taken.add(record.topic, happening);
        },
        { keys },
      ),
    ),
  );
  return [...newest.values()];
}

async function readOutcomes({ bus, keys, taken, isOf, isOurs }: SubjectReading): Promise<Outcome[]> {
  const newest = new Map<string, Outcome>();
  await readToEnd(
    bus,
    outcomes,
    ({ value }) => {
      if (value === null || !isOurs(value.group) || !isOf(value.topic, value.key)) return;
      newest.set(JSON.stringify([value.group, value.topic, value.key, value.documentId]), value);
      taken.add(outcomes.topic, outcomeHappening(value));
    },
    { keys },
  );
  return [...newest.values()];
}

async function readParked({ bus, isOf, isOurs }: SubjectReading): Promise<Parked[]> {
  const now = new Map<string, Parked>();
  await readToEnd(bus, parked, ({ key, value }) => {
    if (value === null) now.delete(key);
    else if (value.key !== null && isOurs(value.group) && isOf(value.topic, value.key))
      // Its bytes are not needed, and may be large.
      now.set(key, { ...value, recordValue: null });
  });
  return [...now.values()];
}

async function readDifferences({ bus, isOf }: SubjectReading, instance: string): Promise<Difference[]> {
  const now = new Map<string, Difference>();
  await readToEnd(bus, differences, ({ key, value }) => {
    if (value === null) now.delete(key);
    else if (value.instance === instance && isOf(value.topic, value.key)) now.set(key, value);
  });
  return [...now.values()];
}

async function readRequests({ bus, keys, taken, isOf }: SubjectReading, { states }: Subject): Promise<void> {
  const topics = new Set(states.map(({ contract }) => contract.topic));
  await readToEnd(
    bus,
    refresh,
    (record) => {
      if (record.value !== null && topics.has(record.value.topic) && isOf(record.value.topic, record.key))
        taken.add(refresh.topic, requestHappening(record)!);
    },
    { keys },
  );
}

/** Of what was done to the key itself, or to what is parked of it. */
async function readActs({ bus, keys, taken }: SubjectReading, sinceMs: number): Promise<void> {
  const isOf = (key: string) =>
    keys.some((one) => key === one || key.endsWith(`/${one}`) || key.includes(`/${one}/`));
  await readToEnd(
    bus,
    audit,
    ({ value }) => {
      const own = value?.keys.find(isOf);
      if (value && own !== undefined) taken.add(audit.topic, actHappening(value, own));
    },
    { sinceMs },
  );
}

/** The newest of each topic. */
class Newest {
  readonly #byTopic = new Map<string, Happening[]>();
  leftOut = 0;

  add(topic: string, happening: Happening): void {
    const own = this.#byTopic.get(topic) ?? [];
    this.#byTopic.set(topic, own);
    own.push(happening);
    if (own.length <= happeningsMax) return;
    own.shift();
    this.leftOut += 1;
  }

  all(): Happening[] {
    return [...this.#byTopic.values()].flat().toSorted((one, other) => one.at - other.at);
  }
}
