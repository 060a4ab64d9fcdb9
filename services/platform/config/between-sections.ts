import type { Config } from './schema.ts';
import type { Problem } from './secrets.ts';

/** What no section can know by itself: rules between two of them. Sections that were not read are not judged. */
export function problemsBetween({ kafka, magento, erp }: Partial<Config>): Problem[] {
  if (!kafka) return [];
  const problems: Problem[] = [];
  const shorter = (path: string, milliseconds: number | undefined) => {
    if (milliseconds === undefined || milliseconds < kafka.sessionTimeoutMs) return;
    // Else a process that lost its partition could still be waiting for a write that its successor overtakes.
    problems.push({
      path,
      message: `must be shorter than kafka.sessionTimeoutMs (${kafka.sessionTimeoutMs})`,
    });
  };
  shorter('magento.deadlineMs', magento?.deadlineMs);
  shorter('erp.connection.statementTimeoutMs', erp?.connection.statementTimeoutMs);
  return problems;
}
