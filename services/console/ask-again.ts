import { audit, refresh } from '../../schemas/topics.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { ParkedView } from './state/parked-records.ts';

/**
 * Asks for a parked record to be read at its source again, as `cartage parked release` does, and writes down before it
 * who wanted that. @returns false when the record is cleared, or nobody knows what to ask for.
 */
export async function askAgain(
  { bus, context }: Process,
  record: ParkedView | undefined,
  user: string,
): Promise<boolean> {
  if (!record?.target) return false;
  const at = context.clock.now();
  const act = { action: 'parked.release', subject: 'by key', keys: [record.id], count: 1 };
  await bus.publish(audit, { value: { ...act, actor: user, reason: null, tool: 'console', at } });
  const value = {
    ...record.target,
    reason: 'released',
    requestedBy: `console ${user}`,
    requestedAt: at,
    seen: null,
    always: true,
    notBefore: null,
  };
  await bus.publish(refresh, { value });
  return true;
}
