import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

/** Secrets are to be replaced every 90 days; who is told ten days before has time to do it. */
const dueAfterDays = 90;
export const remindAfterDays = 80;
const dayMs = 86_400_000;

/** How old a set of credentials is, by the date that the configuration gives: the shop tells none. */
export function checkCredentialsAge(issuedOn: string | undefined, nowMs: number): Finding {
  const code = 'magento.credentials_age';
  if (issuedOn === undefined)
    return warn(
      code,
      'When the credentials of the shop were issued is not known',
      `Nobody is reminded to replace them before they are ${dueAfterDays} days old`,
      'Write the day into issuedOn beside them',
    );
  const days = Math.floor((nowMs - Date.parse(issuedOn)) / dayMs);
  const what = `The credentials of the shop are ${days} days old`;
  if (days < remindAfterDays) return ok(code, what);
  return warn(
    code,
    what,
    `They are to be replaced before they are ${dueAfterDays} days old`,
    'Make a second integration and put its credentials into magento.nextCredentials (see deploy/README.md)',
  );
}
