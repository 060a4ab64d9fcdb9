import { tablesAltered } from '../erp/replication/faults.ts';
import type { Clock } from '../platform/clock.ts';
import type { SlotSession } from './slot-session.ts';

const intervalMs = 10_000;

/**
 * Until the signal fires. What is not in the log: whoever alters a table changes what is true, or what the log says from
 * then on. The cursor keeps how the tables stood, so the next session loads anew, whoever holds it.
 * @throws Unavailable when they do not stand so any more.
 */
export async function watchTables(
  slot: Pick<SlotSession, 'cursor' | 'readTables'>,
  clock: Pick<Clock, 'wait'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.wait(intervalMs, signal);
    if (signal.aborted) return;
    // Unanswered, it says nothing.
    const tables = await slot.readTables().catch(() => slot.cursor.tables);
    if (tables !== slot.cursor.tables) throw tablesAltered();
  }
}
