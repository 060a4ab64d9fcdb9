import { goLiveReport, goLiveSince } from '../../../operations/report/go-live.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus, withTopicAdmin } from '../../open.ts';
import { printJson, printLine, printTable } from '../../print.ts';

const exitCodes = { met: 0, missed: 1, unknown: 2 };

export async function reportGoLive(options: GlobalOptions & { since: string }): Promise<number> {
  const now = Date.now();
  const since = goLiveSince(options.since, now);
  const configuration = readConfiguration([], options.config);
  const report = await withTopicAdmin(configuration, (admin) =>
    withBus(configuration, (bus) => goLiveReport({ bus, admin }, configuration.config, { since, now })),
  );
  if (options.json) printJson(report);
  else {
    printTable(
      ['', 'OF', 'MEASURED', 'TARGET'],
      report.judged.map(({ verdict, of, measured, target }) => [verdict.toUpperCase(), of, measured, target]),
    );
    printLine();
    const hours = ((report.until - report.since) / 3_600_000).toFixed(1);
    printLine(`${hours} of 72 hours: ${words[report.verdict]}`);
  }
  return exitCodes[report.verdict];
}

const words = {
  met: 'all targets are met.',
  missed: 'a target is missed.',
  unknown: 'what was judged is met; of some too little has happened to say.',
};
