import { audit, refresh } from '../../schemas/topics.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { refreshTarget } from './refresh-command.ts';
import type { ParkedView } from './state/parked-records.ts';

/**
 * Asks for the key of a parked record to be read at its source again, and writes down before it who wanted that.
 * @returns false when the record is cleared, or has no key that could be asked for.
 */
export async function askAgain(
  { bus, context }: Process,
  record: ParkedView | undefined,
  user: string,
): Promise<boolean> {
  const target = record && refreshTarget(record);
  if (!target) return false;
  const at = context.clock.now();
  const act = { action: 'refresh', subject: `keys of ${target.topic}`, keys: [target.key], count: 1 };
  await bus.publish(audit, { value: { ...act, actor: user, reason: null, tool: 'console', at } });
  const value = {
    ...target,
    reason: 'operator',
    requestedBy: `console ${user}`,
    requestedAt: at,
    seen: null,
    entityId: null,
    always: true,
  };
  await bus.publish(refresh, { value });
  return true;
}
