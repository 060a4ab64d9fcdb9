import { differences } from '../../../schemas/topics.ts';
import type { Difference } from '../../../schemas/types.ts';
import { Rejected } from '../../platform/errors.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { shellWord } from '../../platform/terminal.ts';

/** By their key on `cartage.differences`, the oldest first. */
export type Differences = ReadonlyMap<string, Difference>;

export interface Selection {
  kind?: string;
  cause?: string;
}

/** Those of this instance. */
export async function readDifferences(bus: Pick<Bus, 'readAll'>, instance: string): Promise<Differences> {
  const found = new Map<string, Difference>();
  await readToEnd(bus, differences, ({ key, value }) => {
    if (value?.instance === instance) found.set(key, value);
    else found.delete(key);
  });
  return new Map([...found].toSorted(([, left], [, right]) => left.firstSeenAt - right.firstSeenAt));
}

export function ofSelection(all: Differences, { kind, cause }: Selection): Differences {
  const isChosen = (one: Difference) =>
    (kind === undefined || one.kind === kind) && (cause === undefined || one.cause === cause);
  return new Map([...all].filter(([, one]) => isChosen(one)));
}

/**
 * The differences that an act is for: those of the keys, or all of a kind, a cause or both.
 * @throws Rejected when neither or both are given, when one of the keys does not differ, when nothing is chosen.
 */
export function chosen(all: Differences, keys: readonly string[], selection: Selection): Differences {
  const isNarrowed = selection.kind !== undefined || selection.cause !== undefined;
  if (keys.length > 0 === isNarrowed)
    throw new Rejected({
      code: 'differences.selection',
      what: 'What is meant is not clear',
      fix: 'Give the keys of differences, or --kind NAME, --cause CODE or both; see `cartage differences list`',
    });
  if (keys.length === 0) {
    const found = ofSelection(all, selection);
    if (found.size > 0) return found;
    throw unknown(`Nothing differs of ${selectionWords(selection)}`);
  }
  const absent = keys.filter((key) => !all.has(key));
  if (absent.length > 0) throw unknown(`No difference: ${absent.map(shellWord).join(' ')}`);
  return new Map(keys.map((key) => [key, all.get(key)!]));
}

/** What an act was done to, in words. */
export function selectionWords({ kind, cause }: Selection): string {
  const words = [
    ...(kind === undefined ? [] : [`kind ${kind}`]),
    ...(cause === undefined ? [] : [`cause ${cause}`]),
  ];
  return words.join(', ') || 'by key';
}

function unknown(what: string): Rejected {
  return new Rejected({
    code: 'differences.unknown',
    what,
    fix: 'It may be gone by now; copy the keys from `cartage differences list`',
  });
}
