import { checkStreams } from '../../../erp/check-streams.ts';
import type { StreamReport } from '../../../erp/check/stream.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { keepForeignText } from '../../../platform/errors.ts';
import { conclude, printFindings } from '../../findings.ts';
import type { GlobalOptions } from '../../options.ts';
import { printJson, printLine } from '../../print.ts';

/** Tries streams against the ERP as it is, and shows what would be published. Exit code 1 when something fails. */
export async function checkStreamsOf(
  options: GlobalOptions & { verbose?: boolean },
  name: string | null,
): Promise<number> {
  keepForeignText(true);
  const { config } = readConfiguration(['erp', 'fulfilments'], options.config);
  const reports = await checkStreams(config, name);
  const findings = Object.fromEntries([...reports].map(([stream, report]) => [stream, report.findings]));
  if (options.json) {
    const isOk = Object.values(findings)
      .flat()
      .every(({ level }) => level !== 'fail');
    printJson({ ok: isOk, streams: Object.fromEntries(reports) });
    return isOk ? 0 : 1;
  }
  for (const [stream, report] of reports) print(stream, report, options.verbose ?? false);
  return conclude(findings, options);
}

function print(stream: string, { findings, samples, plans }: StreamReport, verbose: boolean): void {
  printFindings(stream, findings, verbose);
  if (plans !== null) {
    const { all, one, unwatched } = plans;
    printLine(`  plan for all keys: cost ${Math.round(all.cost)}, about ${all.rows} rows: ${all.steps}`);
    if (one !== null) printLine(`  plan for one key: cost ${Math.round(one.cost)}: ${one.steps}`);
    const rest = unwatched.join(', ');
    if (rest !== '')
      printLine(
        `  reads, and does not watch, ${rest}: changes there alone wait for the next round of all keys`,
      );
  }
  for (const sample of samples) printLine(`  ${JSON.stringify(sample)}`);
}
