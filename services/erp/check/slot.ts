/** The slot, as it stands. */
import type pg from 'pg';
import { inspectSlot } from '../replication/slot.ts';
import type { SlotState } from '../replication/slot.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

/** Less log than this before the slot is lost is worth a warning. */
const safeBytesMin = 1024n * 1024n * 1024n;

export async function checkSlot(
  client: pg.ClientBase,
  name: string,
): Promise<{ finding: Finding; state: SlotState | null }> {
  const state = await inspectSlot(client, name);
  return { state, finding: findingOf(name, state) };
}

function findingOf(name: string, state: SlotState | null): Finding {
  if (!state)
    return ok('erp.slot', `Slot ${name} does not exist yet`, 'the ingester creates it before its first load');
  if (state.foreign !== null)
    return fail('erp.slot', `Slot ${name} is not ours`, state.foreign, 'Configure another slot name');
  if (state.lost) {
    const why = state.reason ?? 'wal_status is lost';
    return warn(
      'erp.slot',
      `Slot ${name} has lost its log`,
      why,
      'The ingester makes a new one and loads anew',
    );
  }
  const safe = state.safeWalSizeBytes;
  if (state.walStatus === 'unreserved' || (safe !== null && safe < safeBytesMin)) {
    const why = `wal_status ${state.walStatus}, ${safe ?? 'unknown'} bytes of log left before the slot is lost`;
    return warn(
      'erp.slot',
      `Slot ${name} is about to lose its log`,
      why,
      'Start the ingester, or raise max_slot_wal_keep_size',
    );
  }
  const reader = state.activePid === null ? 'nobody reads it now' : `process ${state.activePid} reads it`;
  return ok('erp.slot', `Slot ${name} is there`, reader);
}
