import { parked, refresh } from '../../../schemas/topics.ts';
import type { Parked } from '../../../schemas/types.ts';
import { Rejected } from '../../platform/errors.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { processIn, readerIn } from '../../platform/groups.ts';
import { readersOf } from '../flow-names.ts';
import { shellWord } from '../../platform/terminal.ts';

/** Parked records by their key on `cartage.parked`, the oldest first. */
export type ParkedRecords = ReadonlyMap<string, Parked>;

export interface Selection {
  cause?: string;
  /** A process, or a member of `flows` in the configuration. */
  flow?: string;
}

/** What acts on parked records, and how. */
export interface ParkedAct extends Selection {
  /** As `cartage parked list` prints them; none: all of the selection. */
  keys: readonly string[];
  reason?: string | undefined;
  dryRun: boolean;
}

/** What an act has to know of a record: of fifty thousand it is little. */
export type ParkedBrief = Pick<
  Parked,
  'group' | 'topic' | 'partition' | 'key' | 'documentId' | 'code' | 'parkedAt' | 'recordValue'
>;

/** Null: not looked at. */
export type ParkedFilter<Kept extends ParkedBrief = ParkedBrief> = (record: Parked) => Kept | null;

/** Of one instance: others on the same broker have people of their own. */
export const ofInstance =
  (instance: string): ParkedFilter<Parked> =>
  (record) =>
    processIn(instance, record.group) === null ? null : record;

/** The same without the bytes that nobody needs. */
export function briefly(instance: string): ParkedFilter {
  // Each record is read into texts of its own, and of fifty thousand most say the same.
  const texts = new Map<string, string>();
  const one = (text: string) => texts.get(text) ?? texts.set(text, text).get(text)!;
  return ({ group, topic, partition, key, documentId, code, parkedAt, recordValue }) => {
    if (processIn(instance, group) === null) return null;
    const bytes = topic === refresh.topic ? recordValue : null;
    const shared = { group: one(group), topic: one(topic), code: one(code) };
    return { ...shared, partition, key, documentId, parkedAt, recordValue: bytes };
  };
}

export function readParked(bus: Pick<Bus, 'readAll'>, filter?: ParkedFilter<Parked>): Promise<ParkedRecords>;
export function readParked(
  bus: Pick<Bus, 'readAll'>,
  filter: ParkedFilter,
): Promise<ReadonlyMap<string, ParkedBrief>>;
export async function readParked(
  bus: Pick<Bus, 'readAll'>,
  filter: ParkedFilter = (record) => record,
): Promise<ReadonlyMap<string, ParkedBrief>> {
  const found = new Map<string, ParkedBrief>();
  await readToEnd(bus, parked, ({ key, value }) => {
    const kept = value && filter(value);
    if (kept === null) found.delete(key);
    else found.set(key, kept);
  });
  return new Map([...found].toSorted(([, left], [, right]) => left.parkedAt - right.parkedAt));
}

/** Those of one cause, one flow, or all. @throws Rejected for a flow that there is none. */
export function ofSelection<Kept extends Pick<Parked, 'code' | 'group'>>(
  records: ReadonlyMap<string, Kept>,
  { cause, flow }: Selection,
): ReadonlyMap<string, Kept> {
  const readers = flow === undefined ? null : readersOf(flow);
  const isChosen = ({ code, group }: Kept) =>
    (cause === undefined || code === cause) && (readers === null || readers.includes(readerIn(group)));
  return new Map([...records].filter(([, record]) => isChosen(record)));
}

/**
 * The records that an act is for: those of the keys, or all of a cause.
 * @throws Rejected when neither or both are given, when a key is not parked, when nothing has the cause.
 */
export function chosen<Kept extends Pick<Parked, 'code' | 'group'>>(
  records: ReadonlyMap<string, Kept>,
  keys: readonly string[],
  selection: Selection,
): ReadonlyMap<string, Kept> {
  if (keys.length > 0 === (selection.cause !== undefined))
    throw new Rejected({
      code: 'parked.selection',
      what: 'What is meant is not clear',
      fix: 'Give the keys of parked records, or --cause CODE for all of one cause; see `cartage parked list`',
    });
  if (keys.length === 0) {
    const found = ofSelection(records, selection);
    if (found.size > 0) return found;
    throw notParked(`Nothing is parked for the cause ${selection.cause}`);
  }
  const absent = keys.filter((key) => !records.has(key));
  if (absent.length > 0) throw notParked(`Not parked: ${absent.map(shellWord).join(' ')}`);
  return new Map(keys.map((key) => [key, records.get(key)!]));
}

/** One of them as lists tell of it: not its bytes and headers, which may be personal. */
export function listed(parkedKey: string, record: Parked) {
  const { recordValue, headers: _headers, ...rest } = record;
  return { parkedKey, ...rest, hasOriginal: recordValue !== null };
}

/** What an act was done to, in words. */
export function selectionWords({ cause, flow }: Selection): string {
  if (cause === undefined) return 'by key';
  return `cause ${cause}${flow === undefined ? '' : `, flow ${flow}`}`;
}

function notParked(what: string): Rejected {
  return new Rejected({
    code: 'parked.unknown',
    what,
    fix: 'It may be cleared by now; copy the keys from `cartage parked list`',
  });
}
