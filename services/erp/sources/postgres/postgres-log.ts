/** Source of changes: the log of a PostgreSQL database, read through a replication slot. Marks are transaction ids. */
import type { Clock } from '../../../platform/clock.ts';
import { settlesWithin } from '../../../platform/waiting.ts';
import type { ErpClientConfig, ErpPool } from '../../pool.ts';
import { slotForeign, slotInUse } from '../../replication/faults.ts';
import type { WatchedColumns } from '../../replication/identity.ts';
import { requireIdentities } from '../../replication/require-identities.ts';
import type { ReplicationLog } from '../../replication/log.ts';
import { formatLsn, parseLsn } from '../../replication/lsn.ts';
import type { Lsn } from '../../replication/lsn.ts';
import { openLog } from '../../replication/open-log.ts';
import { requirePrimary } from '../../replication/primary.ts';
import { ensurePublication } from '../../replication/publication.ts';
import { createSlot, dropSlot, inspectSlot } from '../../replication/slot.ts';
import type { SlotState } from '../../replication/slot.ts';
import { tableState } from '../../replication/table-state.ts';
import type { ChangeSource, Gap, OpenSource, Place } from '../change-source.ts';
import { HeldSlot } from './held-slot.ts';

export interface PostgresLogOptions {
  slot: string;
  publication: string;
  /** Of a connection for the log, asked for each time. */
  connection: () => ErpClientConfig;
  pool: ErpPool;
  /** For the questions about the slot alone: behind long queries they would come too late. */
  slotPool: ErpPool;
  watched: ReadonlyMap<string, WatchedColumns>;
  clock: Clock;
  /** What ends with the source. */
  onClose?: () => void;
}

/** How long the end waits for a query that runs; the end of the process cuts it. */
const poolEndMs = 1_000;

export class PostgresLog implements ChangeSource {
  readonly #options: PostgresLogOptions;

  constructor(options: PostgresLogOptions) {
    this.#options = options;
  }

  /**
   * A place without its slot, a slot without its place or beyond it, another database system, tables that were altered:
   * each is a gap that nobody could see later.
   * @throws Unavailable, SlotLost
   */
  async open(known: Place | null, onGap: (gap: Gap) => Promise<void>): Promise<OpenSource> {
    const { slot: name, publication, pool, slotPool, watched, clock } = this.#options;
    await requirePrimary(pool);
    await requireIdentities(pool, watched);
    const slot = await inspectSlot(pool, name);
    if (slot !== null && slot.foreign !== null) throw slotForeign(name, slot.foreign);
    // Before anything is changed: who stands by must not take away what tells the next holder of a gap.
    if (slot?.activePid != null) throw slotInUse(name, `server process ${slot.activePid} is reading it`);
    await ensurePublication(pool, publication, [...watched.keys()]);
    const readTables = () => tableState(pool, publication, [...watched.keys()]);
    const tables = await readTables();
    const seen = known === null ? null : gapOf(known, slot, name, tables);
    if (seen !== null) await onGap({ reason: seen, tables: null });
    let created: Lsn | null = null;
    if (slot?.lost) await dropSlot(pool, name);
    if (!slot || slot.lost) created = await createSlot(pool, name);
    const connection = this.#options.connection();
    const log = await openLog({ connection, slot: name, publication, watch: watched });
    const reason = seen ?? (known === null ? null : replacement(known, log));
    const position = created ?? log.position().confirmed;
    const place =
      known !== null && reason === null
        ? known
        : { position: formatLsn(position), slot: name, systemId: systemIdOf(log), tables };
    const gaps = reason === null ? [] : [{ reason, tables: null }];
    return new HeldSlot({ log, place, gaps, readTables, pool: slotPool, clock });
  }

  async close(): Promise<void> {
    const { pool, slotPool, onClose } = this.#options;
    onClose?.();
    await settlesWithin(Promise.all([pool.end(), slotPool.end()]), poolEndMs);
  }
}

/** It goes on only in the very database the place was made in, and not before what it has seen. */
function replacement(known: Place, log: ReplicationLog): string | null {
  if (known.systemId !== systemIdOf(log))
    return 'the ERP database is another one than before, or was restored';
  return parseLsn(known.position) > log.system.walEnd
    ? 'the log of the ERP database ends before the cursor'
    : null;
}

/** With the timeline: after a fail-over the new primary may lack commits that were read from the old one. */
function systemIdOf(log: ReplicationLog): string {
  return `${log.system.systemId}/${log.system.timeline}`;
}

function gapOf(known: Place, slot: SlotState | null, name: string, tables: string): string | null {
  if (known.slot !== name) return `the cursor belongs to the slot ${known.slot ?? 'of no name'}`;
  if (!slot) return 'the slot is gone';
  if (slot.lost) return 'the slot was invalidated';
  // The position is kept before it is confirmed.
  if (slot.confirmedLsn !== null && slot.confirmedLsn > parseLsn(known.position))
    return 'the slot was moved past the cursor, or made anew';
  return tables === known.tables ? null : 'the watched tables or the publication changed';
}
