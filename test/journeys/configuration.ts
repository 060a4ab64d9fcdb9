import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';

/**
 * Every kill waits out a session, and every unknown outcome the time in which the other side may still be at it. The
 * stand-ins answer within milliseconds, and the ERP's database ends a statement by itself, so both may be short.
 */
const shortWaits = {
  'kafka.sessionTimeoutMs': 4_000,
  'policy.retryMaxMs': 1_000,
  'magento.deadlineMs': 3_000,
  'magento.settleMs': 2_000,
  'erp.connection.statementTimeoutMs': 2_000,
  'erp.orders.settleMs': 2_500,
  'erp.customers.settleMs': 2_500,
  'reconcile.lookAgainMs': 500,
  'reconcile.pauseShare': 0,
};

/** The stand-in ERP does not tell of its changes; the tests do. */
const told = { 'webhook.erpSecrets': ['${WEBHOOK_SECRET}'] };

/** deploy/config/sandbox.yaml with short waits. `changes`: what else is to be different, by path (`flows.orders`). */
export function sandboxConfiguration(changes: Record<string, unknown> = {}): string {
  const document = parseDocument(readFileSync(join(projectFolder, 'deploy/config/sandbox.yaml'), 'utf8'));
  for (const [path, value] of Object.entries({ ...shortWaits, ...told, ...changes }))
    document.setIn(path.split('.'), value);
  return document.toString();
}
