import { outcomes } from '../../../schemas/topics.ts';
import type { Outcome } from '../../../schemas/types.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import { modeOf, processIn } from '../../platform/groups.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { GlobalOptions } from '../options.ts';
import { withBus } from '../open.ts';
import { printJson, printLine, printSome } from '../print.ts';

/** What a dry flow would do with one kind of record. */
export interface DryLine {
  process: string;
  topic: string;
  /** dry: it would act; unchanged, held, rejected: as it would be. */
  status: string;
  /** Code of the fault, or in a few words what it would do. */
  cause: string;
  count: number;
  /** The newest ten. */
  examples: { key: string; text: string | null }[];
}

const examplesMax = 10;
const examplesShown = 3;

/** Sums up what the dry flows would do with what they have judged, each record by its newest judgement. */
export async function dryReport(options: GlobalOptions): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const lines = dryLines(await withBus(configuration, newestDry), configuration.config.instance);
  if (options.json) printJson(lines);
  else if (lines.length === 0) printLine('No flow has judged anything in dry within the last seven days.');
  else for (const [process, own] of Map.groupBy(lines, (line) => line.process)) printFlow(process, own);
  return 0;
}

/** The newest outcome of each record that was judged in dry. */
export async function newestDry(bus: Bus): Promise<Outcome[]> {
  const newest = new Map<string, Outcome>();
  await readToEnd(bus, outcomes, ({ value }) => {
    if (value === null || !modeOf(value.group).dry || value.status === 'superseded') return;
    newest.set(JSON.stringify([value.group, value.topic, value.key, value.documentId]), value);
  });
  return [...newest.values()];
}

/** By process and topic, what is most frequent first. */
export function dryLines(judged: readonly Outcome[], instance: string): DryLine[] {
  const own = judged.filter(({ group }) => processIn(instance, group) !== null);
  const groups = Map.groupBy(own, (one) => [one.group, one.topic, one.status, causeOf(one)].join('\n'));
  return [...groups.values()]
    .map((group) => {
      const [first] = group as [Outcome];
      const newest = group.toSorted((a, b) => b.finishedAt - a.finishedAt).slice(0, examplesMax);
      return {
        process: processIn(instance, first.group)!,
        topic: first.topic,
        status: first.status,
        cause: causeOf(first),
        count: group.length,
        examples: newest.map(({ key, cause }) => ({ key, text: cause })),
      };
    })
    .toSorted((a, b) => a.process.localeCompare(b.process) || b.count - a.count);
}

/** "would set MUG at default to 80" and the like are one kind of act: its verb says which. */
function causeOf({ code, cause, status }: Outcome): string {
  if (code !== null) return code;
  return status === 'dry' ? (cause ?? '').split(' ', 2).join(' ') : (cause ?? status);
}

function printFlow(process: string, lines: readonly DryLine[]): void {
  printLine(`${process}: ${lines.reduce((sum, { count }) => sum + count, 0)} records judged`);
  for (const { topic, status, cause, count, examples } of lines) {
    printLine(`  ${count} of ${topic} ${status === 'dry' ? cause : `${status}: ${cause}`}`);
    const texts = examples.map(({ key, text }) => `    ${key}${text === null ? '' : `  ${text}`}`);
    printSome(
      texts,
      examplesShown,
      (left) => `    and ${count - examples.length + left} more (--json: ten of them)`,
    );
  }
}
