import type { Control } from '../../../../schemas/types.ts';
import { controlsNow } from '../../../operations/controls/controls-now.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine, printTable } from '../../print.ts';

export async function listControls(options: GlobalOptions): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { instance } = configuration.config;
  const set = [...(await withBus(configuration, (bus) => controlsNow(bus, instance))).values()];
  if (options.json) printJson(set);
  else if (set.length === 0) printLine('Nothing was ever set: every flow runs as it is configured.');
  else printControls(set);
  return 0;
}

export function printControls(set: readonly Control[]): void {
  const most = (value: number | null) => (value === null ? 'default' : `at most ${value}`);
  printTable(
    ['FLOW', 'STATE', 'CONCURRENCY', 'BATCH', 'SCHEDULE', 'SET BY', 'AT', 'WHY'],
    set.map(({ reader, paused, concurrencyMax, batchMax, schedule, setBy, setAt, reason }) => [
      reader,
      paused ? 'paused' : 'runs',
      most(concurrencyMax),
      most(batchMax),
      schedule ?? 'default',
      setBy,
      new Date(setAt).toISOString(),
      reason,
    ]),
  );
}
