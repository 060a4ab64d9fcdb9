import { parked } from '../../../schemas/topics.ts';
import type { Parked } from '../../../schemas/types.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import type { GlobalOptions } from '../command-line.ts';
import { withBus } from '../open.ts';
import { printJson, printLine } from '../print.ts';

/** Lists what could not be applied, with cause and fix. The bytes of the records stay on the topic: they may be personal. */
export async function listParked(options: GlobalOptions & { code?: string }): Promise<number> {
  const { config } = readConfiguration([], options.config);
  const records = await withBus(config, async (bus) => {
    const found = new Map<string, Parked>();
    const reading = await bus.readAll(parked, {
      onRecord: ({ key, value }) => {
        if (value === null) found.delete(key);
        else found.set(key, value);
      },
    });
    await reading.caughtUp;
    await reading.stop();
    return [...found.values()].filter(({ code }) => options.code === undefined || code === options.code);
  });
  if (options.json) printJson(records.map(({ recordValue: _bytes, headers: _headers, ...rest }) => rest));
  else printGroups(records);
  return 0;
}

function printGroups(records: Parked[]): void {
  if (records.length === 0) printLine('Nothing is parked.');
  for (const [code, group] of groupedByCode(records)) {
    printLine(`${code}  (${group.length} ${group[0]!.status})`);
    for (const record of group) {
      printLine(`  ${nameOf(record)}`);
      printLine(`    ${record.cause}${record.why ? ` (${record.why})` : ''}`);
      printLine(`    Fix: ${record.fix}`);
      printLine(
        `    Parked ${new Date(record.parkedAt).toISOString()} by ${record.group} after ${record.attempts} tries`,
      );
    }
    printLine();
  }
}

function groupedByCode(records: Parked[]): Map<string, Parked[]> {
  const groups = new Map<string, Parked[]>();
  for (const record of records.toSorted((left, right) => left.parkedAt - right.parkedAt))
    groups.set(record.code, [...(groups.get(record.code) ?? []), record]);
  return groups;
}

function nameOf({ topic, key, documentId, partition, offset }: Parked): string {
  if (key === null) return `${topic}, partition ${partition}, offset ${offset}`;
  return `${topic} ${key}${documentId === null ? '' : ` (${documentId})`}`;
}
