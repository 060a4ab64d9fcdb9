import type { Config } from './schema.ts';
import type { Problem } from './secrets.ts';

/** Rules between two fields. Sections that were not read are not judged. */
export function problemsBetween({ kafka, magento, erp, webhook }: Partial<Config>): Problem[] {
  const problems: Problem[] = [];
  if (webhook && webhook.maxBufferedBytes < webhook.maxBodyBytes)
    problems.push({
      path: 'webhook.maxBufferedBytes',
      message: `must be at least webhook.maxBodyBytes (${webhook.maxBodyBytes})`,
    });
  if (!kafka) return problems;
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
