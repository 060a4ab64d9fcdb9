import type { Clock } from '../../../platform/clock.ts';
import { tablesAltered } from '../../replication/faults.ts';

const intervalMs = 10_000;

export interface WatchedTables {
  /** How they stood when the log was opened. */
  tables: string | null;
  readTables: () => Promise<string>;
  clock: Pick<Clock, 'wait'>;
}

/**
 * Until the signal fires. What is not in the log: whoever alters a table changes what is true, or what the log says from
 * then on. The cursor keeps how the tables stood, so the next session loads anew, whoever holds it.
 * @throws Unavailable when they do not stand so any more.
 */
export async function watchTables(
  { tables, readTables, clock }: WatchedTables,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.wait(intervalMs, signal);
    if (signal.aborted) return;
    // Unanswered, it says nothing.
    const now = await readTables().catch(() => tables);
    if (now !== tables) throw tablesAltered();
  }
}
