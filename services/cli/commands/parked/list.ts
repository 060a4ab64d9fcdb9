import type { Parked } from '../../../../schemas/types.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { shellWord } from '../../../platform/terminal.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine, printSome } from '../../print.ts';
import { readerIn } from '../../../platform/groups.ts';
import { listed, ofInstance, ofSelection, readParked } from '../../../operations/parked/records.ts';
import type { ParkedRecords, Selection } from '../../../operations/parked/records.ts';

/** Of a cause without --cause: its fixes, and the records of each. */
const fixesShown = 5;
const recordsShown = 3;

/** Lists what could not be applied, with cause and fix. The bytes of the records stay on the topic: they may be personal. */
export async function listParked(options: GlobalOptions & Selection): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const ours = ofInstance(configuration.config.instance);
  const records = ofSelection(await withBus(configuration, (bus) => readParked(bus, ours)), options);
  if (options.json) printJson([...records].map(([key, record]) => listed(key, record)));
  else if (records.size === 0) printLine('Nothing is parked.');
  else printCauses(records, options.cause !== undefined, Date.now());
  return 0;
}

function printCauses(records: ParkedRecords, everything: boolean, now: number): void {
  const all = [...records];
  const isWaiting = ([, { waitsFor }]: [string, Parked]) => waitsFor?.startsWith('product/') ?? false;
  for (const [code, group] of groups(all, ({ code }) => code)) {
    const shown = everything ? group : group.filter((entry) => !isWaiting(entry));
    if (shown.length > 0) printCause(code, shown, everything, now);
  }
  if (everything) return;
  const waiting = all.filter(isWaiting);
  if (waiting.length > 0) printLine(waitingLine(waiting, now));
  printLine();
  printLine(`${records.size} parked. The ways out: cartage parked --help`);
}

function printCause(code: string, records: [string, Parked][], everything: boolean, now: number): void {
  const names = new Set(records.map(([, { group }]) => readerIn(group)));
  printLine(`${code}: ${counts(records)}, ${sinceWhen(records, now)}, at ${[...names].join(', ')}`);
  const byFix = [...groups(records, ({ fix }) => fix)].toSorted(
    ([, left], [, right]) => right.length - left.length,
  );
  const limits = everything ? { fixes: Infinity, keys: Infinity } : { fixes: fixesShown, keys: recordsShown };
  for (const [fix, group] of byFix.slice(0, limits.fixes)) {
    const { cause, why } = group[0]![1];
    printLine(`  ${cause}${why === null ? '' : ` (${why})`}`);
    printLine(`  Fix: ${fix}`);
    printSome(
      group.map(([key]) => `    ${shellWord(key)}`),
      limits.keys,
      (count) => `    and ${count} more: cartage parked list --cause ${shellWord(code)}`,
    );
  }
  const left = byFix.slice(limits.fixes).flatMap(([, group]) => group);
  if (left.length > 0)
    printLine(`  and ${left.length} more with other fixes: cartage parked list --cause ${shellWord(code)}`);
}

/** A first load holds stock and prices by the thousand: nothing to do about each. */
function waitingLine(waiting: [string, Parked][], now: number): string {
  const codes = [...groups(waiting, ({ code }) => code)].map(([code, { length }]) => `${code} ${length}`);
  return `Waiting for their product: ${waiting.length}, ${sinceWhen(waiting, now)}; released by themselves when the shop has it (${codes.join(', ')})`;
}

function groups(
  records: [string, Parked][],
  nameOf: (record: Parked) => string,
): Map<string, [string, Parked][]> {
  return Map.groupBy(records, ([, record]) => nameOf(record));
}

function counts(records: [string, Parked][]): string {
  return [...groups(records, ({ status }) => status)]
    .map(([status, { length }]) => `${length} ${status}`)
    .join(', ');
}

function sinceWhen(records: [string, Parked][], now: number): string {
  const oldest = Math.min(...records.map(([, { parkedAt }]) => parkedAt));
  return `the oldest ${ageWords(now - oldest)} ago (${new Date(oldest).toISOString()})`;
}

function ageWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
