import type { Difference } from '../../../../schemas/types.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { shellWord } from '../../../platform/terminal.ts';
import { withBus } from '../../open.ts';
import type { GlobalOptions } from '../../options.ts';
import { printJson, printLine, printSome } from '../../print.ts';
import { chosen, ofSelection, readDifferences } from '../../../operations/differences/records.ts';
import type { Differences, Selection } from '../../../operations/differences/records.ts';

/** Of a kind and cause, where nothing is narrowed. */
const shownOfEach = 3;

/** Lists what differs, with its likely cause and what to do about it. */
export async function listDifferences(options: GlobalOptions & Selection): Promise<number> {
  const found = ofSelection(await read(options), options);
  if (options.json) printJson([...found].map(([differenceKey, one]) => ({ differenceKey, ...one })));
  else if (found.size === 0) printLine('Nothing differs.');
  else printDifferences(found, options, Date.now());
  return 0;
}

export async function showDifference(options: GlobalOptions, key: string): Promise<number> {
  const [[differenceKey, one]] = [...chosen(await read(options), [key], {})] as [[string, Difference]];
  if (options.json) printJson({ differenceKey, ...one });
  else
    for (const [name, value] of Object.entries(one).filter(([, value]) => value !== null))
      printLine(`${`${name}:`.padEnd(13)} ${shown(name, value as string | number)}`);
  return 0;
}

function read(options: GlobalOptions): Promise<Differences> {
  const configuration = readConfiguration([], options.config);
  return withBus(configuration, (bus) => readDifferences(bus, configuration.config.instance));
}

function printDifferences(found: Differences, selection: Selection, now: number): void {
  const isNarrowed = selection.kind !== undefined || selection.cause !== undefined;
  const groups = Map.groupBy(found, ([, { kind, cause }]) => `${kind}: ${cause}`);
  for (const [name, own] of groups) {
    const [[, { why, fix, firstSeenAt }]] = own as [[string, Difference]];
    printLine(`${name}, ${own.length}, the oldest since ${ageWords(now - firstSeenAt)}${valueWords(own)}`);
    printLine(`  ${why}`);
    printLine(`  To do: ${fix}`);
    printSome(
      own.map(([key, one]) => `    ${shellWord(key)}: ${words(one)}`),
      isNarrowed ? Infinity : shownOfEach,
      (count) => `    and ${count} more: cartage differences list --kind ${shellWord(own[0]![1].kind)}`,
    );
  }
  printLine();
  printLine(`${found.size} differ. To have them read again: cartage differences repair --help`);
}

function words({ wanted, found, side, repair }: Difference): string {
  const tried = repair === 'none' ? '' : `; repair ${repair}`;
  return `${wanted ?? 'nothing'} is wanted, the ${side} has ${found ?? 'nothing'}${tried}`;
}

function valueWords(own: readonly [string, Difference][]): string {
  const sums = new Map<string, number>();
  for (const [, { valueMinor, digits, currency }] of own)
    if (valueMinor !== null && currency !== null)
      sums.set(currency, (sums.get(currency) ?? 0) + valueMinor / 10 ** (digits ?? 0));
  return [...sums].map(([currency, sum]) => `, ${sum.toFixed(2)} ${currency} at risk`).join('');
}

const shown = (name: string, value: string | number) =>
  name.endsWith('At') ? new Date(value).toISOString() : String(value);

function ageWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
