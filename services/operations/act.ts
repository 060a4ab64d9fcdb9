import { audit } from '../../schemas/topics.ts';
import type { Audit, Refresh } from '../../schemas/types.ts';
import type { Bus } from '../platform/kafka/types.ts';

/** Who acts, and by what. */
export interface Actor {
  name: string;
  tool: 'cli' | 'console';
}

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
export async function recordAct(
  bus: Pick<Bus, 'publish'>,
  { name: actor, tool }: Actor,
  act: Act,
): Promise<void> {
  const { action, subject, keys, reason } = act;
  const value: Audit = {
    actor,
    action,
    subject,
    keys: keys.slice(0, keysKept),
    count: keys.length,
    reason: reason ?? null,
    tool,
    at: Date.now(),
  };
  await bus.publish(audit, { value });
}

/** As requests say who wanted them. */
export const requesterOf = ({ name, tool }: Actor): string => `${tool} ${name}`;

/** A request for a key that a person names. */
export function askedAgain(topic: string, key: string, requestedBy: string): Refresh {
  return {
    topic,
    key,
    reason: 'operator',
    requestedBy,
    requestedAt: Date.now(),
    seen: null,
    entityId: null,
    always: true,
    notBefore: null,
  };
}
