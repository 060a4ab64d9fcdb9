/** The ways a log reader fails that its owner must tell apart. */
import { Unavailable } from '../../platform/errors.ts';
import { ChangesLost, SourceInUse } from '../sources/change-source.ts';
import { databaseFault, redacted, unavailable } from '../sqlstate.ts';

/**
 * Changes are gone for good: the slot is missing, was invalidated, or the log ends before our cursor.
 * Trying again cannot help; only a new slot and a new load can (a gap means a new load).
 */
export class SlotLost extends ChangesLost {
  constructor(what: string, why: string) {
    super({
      code: 'replication.slot_lost',
      what,
      why,
      fix: 'A new slot and a new first load are needed; the reader starts both',
    });
    this.name = 'SlotLost';
  }
}

export function slotMissing(slot: string): SlotLost {
  return new SlotLost(
    `Replication slot "${slot}" does not exist`,
    'it was dropped, or the database was replaced',
  );
}

export function slotInvalidated(slot: string, reason: string | null): SlotLost {
  return new SlotLost(
    `Replication slot "${slot}" was invalidated and its log is gone`,
    reason ?? 'wal_status is lost: the log it needed was removed, see max_slot_wal_keep_size',
  );
}

export function slotInUse(slot: string, why: string, cause?: unknown): SourceInUse {
  return new SourceInUse(
    {
      code: 'replication.slot_in_use',
      what: `Replication slot "${slot}" is being read by another connection`,
      why,
      fix: 'Run one reader per slot; a replica of the process waits here until the other one ends',
    },
    { cause },
  );
}

export function slotForeign(slot: string, why: string): Unavailable {
  return new Unavailable(
    {
      code: 'replication.slot_foreign',
      what: `Replication slot "${slot}" is not Cartage's own`,
      why,
      fix: 'Configure another name under erp.slot; Cartage creates the slot by itself',
    },
    { needsOperator: true },
  );
}

/**
 * @param slotState what `inspectSlot` says now, asked only when the server's error leaves it open:
 *   55000 means "invalidated" as well as "wrong wal_level" and "slot of another database".
 */
export async function replicationFault(
  slot: string,
  error: unknown,
  slotState: () => Promise<{ lost: boolean; reason: string | null } | null>,
): Promise<Unavailable> {
  if (error instanceof Unavailable) return error;
  const fault = databaseFault(error);
  const { sqlState } = fault;
  if (sqlState === '55006') return slotInUse(slot, redacted(fault), error);
  const mayBeLost =
    sqlState === '55000' || sqlState === '42704' || sqlState === '58P01' || sqlState === '57P01';
  if (mayBeLost) {
    const state = await slotState().catch(() => undefined);
    if (state === null) return slotMissing(slot);
    if (state?.lost) return slotInvalidated(slot, state.reason);
    if (sqlState === '42704') return publicationMissing(redacted(fault), error);
  }
  return unavailable(`The log reader on slot "${slot}" has stopped`, error);
}

export function publicationMissing(why: string, cause?: unknown): Unavailable {
  return new Unavailable(
    {
      code: 'replication.publication_missing',
      what: 'The publication of the watched tables does not exist, or did not when the oldest unread change was made',
      why,
      fix: 'Create it with the statement that `cartage check` prints; a slot that is older than it is made anew by itself',
    },
    { needsOperator: true, cause },
  );
}
