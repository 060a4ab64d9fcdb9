import { userInfo } from 'node:os';
import { audit } from '../../schemas/topics.ts';
import type { Audit } from '../../schemas/types.ts';
import { Rejected } from '../platform/errors.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { GlobalOptions } from './options.ts';

/** What a person is about to do. */
export type Act = Pick<Audit, 'action' | 'subject'> & {
  keys: readonly string[];
  reason?: string | undefined;
};

/** One record must fit the broker, whatever is done by cause. */
const keysKept = 1_000;

/**
 * Writes an act to `cartage.audit`. Called before the act: one that fails half-way is on record then, and none is done
 * that is not.
 */
export async function recordAct(bus: Bus, options: GlobalOptions, act: Act): Promise<void> {
  const { action, subject, keys, reason } = act;
  const value: Audit = {
    actor: actorOf(options),
    action,
    subject,
    keys: keys.slice(0, keysKept),
    count: keys.length,
    reason: reason ?? null,
    tool: 'cli',
    at: Date.now(),
  };
  await bus.publish(audit, { value });
}

/** @throws Rejected where nobody is known to be logged in, as in many containers. */
export function actorOf({ as }: GlobalOptions): string {
  if (as !== undefined && as.trim() !== '') return as.trim();
  try {
    return userInfo().username;
  } catch {
    throw new Rejected({
      code: 'cli.actor',
      what: 'This machine knows no login name for you',
      fix: 'Say who acts: --as NAME',
    });
  }
}
