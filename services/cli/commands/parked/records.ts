import { parked } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import { Rejected } from '../../../platform/errors.ts';
import { readToEnd } from '../../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../../platform/kafka/types.ts';
import { readerIn } from '../../../platform/groups.ts';
import { readersOf } from '../../../operations/flow-names.ts';
import { shellWord } from '../../../platform/terminal.ts';

/** Parked records by their key on `cartage.parked`, the oldest first. */
export type ParkedRecords = ReadonlyMap<string, Parked>;

export interface Selection {
  cause?: string;
  /** A process, or a member of `flows` in the configuration. */
  flow?: string;
}

export async function readParked(bus: Bus): Promise<ParkedRecords> {
  const found = new Map<string, Parked>();
  await readToEnd(bus, parked, ({ key, value }) => {
    if (value === null) found.delete(key);
    else found.set(key, value);
  });
  return new Map([...found].toSorted(([, left], [, right]) => left.parkedAt - right.parkedAt));
}

/** Those of one cause, one flow, or all. @throws Rejected for a flow that there is none. */
export function ofSelection(records: ParkedRecords, { cause, flow }: Selection): ParkedRecords {
  const readers = flow === undefined ? null : readersOf(flow);
  const isChosen = ({ code, group }: Parked) =>
    (cause === undefined || code === cause) && (readers === null || readers.includes(readerIn(group)));
  return new Map([...records].filter(([, record]) => isChosen(record)));
}

/**
 * The records that an act is for: those of the keys, or all of a cause.
 * @throws Rejected when neither or both are given, when a key is not parked, when nothing has the cause.
 */
export function chosen(records: ParkedRecords, keys: readonly string[], selection: Selection): ParkedRecords {
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
