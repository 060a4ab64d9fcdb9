import { goLiveReport } from '../../../operations/report/go-live.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus, withTopicAdmin } from '../../open.ts';
import { printJson, printLine, printTable } from '../../print.ts';

/** Outcomes are kept for so long: what is older cannot be judged any more. */
const outcomesKeptMs = 7 * 86_400_000;
const exitCodes = { met: 0, missed: 1, unknown: 2 };

export async function reportGoLive(options: GlobalOptions & { since: string }): Promise<number> {
  const now = Date.now();
  const since = Date.parse(options.since);
  if (Number.isNaN(since) || since >= now || since < now - outcomesKeptMs) throw badTime(options.since);
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

function badTime(given: string): Rejected {
  return new Rejected({
    code: 'report.since',
    what: `--since ${given} is no time of the last seven days`,
    why: 'what became of the records is kept for seven days',
    fix: 'Write it with its zone, such as 2026-11-23T10:00:00Z',
  });
}
