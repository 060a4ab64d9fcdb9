import { actsSince } from '../../operations/audit.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import { Rejected } from '../../platform/errors.ts';
import type { GlobalOptions } from '../options.ts';
import { withBus } from '../open.ts';
import { printJson, printLine, printTable } from '../print.ts';

const dayMs = 86_400_000;
const shownMax = 200;

/** What people have done, newest first. */
export async function listActs(options: GlobalOptions & { days: string }): Promise<number> {
  const days = Number(options.days);
  if (!(days > 0 && days <= 365))
    throw new Rejected({
      code: 'audit.days',
      what: `--days ${options.days} is no number of days`,
      fix: 'Give a number up to 365: acts are kept for a year',
    });
  const since = Date.now() - days * dayMs;
  const acts = await withBus(readConfiguration([], options.config), (bus) => actsSince(bus, since, shownMax));
  if (options.json) printJson(acts);
  else if (acts.length === 0) printLine('Nobody has done anything.');
  else
    printTable(
      ['AT', 'WHO', 'BY', 'DID', 'TO', 'KEYS', 'WHY'],
      acts.map(({ at, actor, tool, action, subject, count, reason }) => [
        new Date(at).toISOString(),
        actor,
        tool,
        action,
        subject,
        String(count),
        reason ?? '',
      ]),
    );
  return 0;
}
