import { isThisMachine } from '../http/https.ts';
import { shopCallers } from '../processes.ts';
import { erpProblems } from './erp-problems.ts';
import type { Config } from './schema.ts';
import type { Problem } from './secrets.ts';

/** Rules between two fields. Sections that were not read are not judged. */
export function problemsBetween(config: Partial<Config>): Problem[] {
  return [...fieldProblems(config), ...loginProblems(config), ...(config.erp ? erpProblems(config.erp) : [])];
}

/** A page that everybody on the network may use is never what was meant. */
function loginProblems({ http, console: page }: Partial<Config>): Problem[] {
  if (!http || !page) return [];
  if (page.password !== '' && page.password === page.viewerPassword)
    return [{ path: 'console.viewerPassword', message: 'must be another one than console.password' }];
  if (page.password !== '' || page.viewerPassword !== '' || page.proxy) return [];
  if (!page.withoutLogin)
    return [
      { path: 'console.password', message: 'is required; on this machine alone withoutLogin: true will do' },
    ];
  if (isThisMachine(http.host)) return [];
  const message = `is for this machine alone, and http.host is ${http.host}: set http.host to 127.0.0.1, or a password`;
  return [{ path: 'console.withoutLogin', message }];
}

function fieldProblems({ kafka, magento, erp, webhook }: Partial<Config>): Problem[] {
  const problems: Problem[] = [];
  if (webhook && webhook.maxBufferedBytes < 2 * webhook.maxBodyBytes)
    problems.push({
      path: 'webhook.maxBufferedBytes',
      message: `must be at least twice webhook.maxBodyBytes (${webhook.maxBodyBytes})`,
    });
  if (magento && magento.callsAtOnce < shopCallers)
    problems.push({
      path: 'magento.callsAtOnce',
      message: `must be at least ${shopCallers}, one for each replica that may call the shop`,
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
  // Without an address its time-out is only the default.
  if (erp?.connection.url) shorter('erp.connection.statementTimeoutMs', erp.connection.statementTimeoutMs);
  shorter('erp.recipe.deadlineMs', erp?.recipe?.deadlineMs);
  return problems;
}
