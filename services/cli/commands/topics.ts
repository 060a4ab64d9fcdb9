import { contracts } from '../../../schemas/topics.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import type { GlobalOptions } from '../options.ts';
import { withTopicAdmin } from '../open.ts';
import { printJson, printLine, printTable } from '../print.ts';

/** Creates topics and registers contracts, from the one table. What the Kubernetes job runs. */
export async function applyTopics(options: GlobalOptions & { dryRun?: boolean }): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { replicationFactor } = configuration.config.kafka;
  const dryRun = options.dryRun ?? false;
  const changes = await withTopicAdmin(configuration, (admin) =>
    admin.apply(contracts, { replicationFactor, dryRun }),
  );
  const changed = changes.filter(({ action }) => action !== 'unchanged');
  const conflicts = changes.filter(({ action }) => action === 'conflict');
  if (options.json) printJson({ dryRun, changes });
  else {
    printTable(
      ['TOPIC', 'CHANGE', 'DETAIL'],
      changes.map(({ topic, action, detail }) => [topic, action, detail]),
    );
    printLine();
    printLine(summary(changed.length, conflicts.length, dryRun));
  }
  return conflicts.length > 0 ? 1 : 0;
}

function summary(changed: number, conflicts: number, dryRun: boolean): string {
  if (conflicts > 0)
    return `${conflicts} conflicts: nothing was changed where they are. See the details above.`;
  if (changed === 0) return 'Everything stands as it should: nothing to change.';
  return dryRun ? `${changed} changes would be made.` : `${changed} changes made.`;
}
