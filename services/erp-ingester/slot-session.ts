import type { ErpClientConfig, ErpPool } from '../erp/pool.ts';
import type { Config } from '../platform/config/schema.ts';
import { checkIdentities } from '../erp/replication/identity.ts';
import type { Lsn } from '../erp/replication/lsn.ts';
import type { ReplicationLog } from '../erp/replication/log.ts';
import { slotForeign, slotInUse } from '../erp/replication/faults.ts';
import { openLog } from '../erp/replication/open-log.ts';
import { requirePrimary } from '../erp/replication/primary.ts';
import { ensurePublication } from '../erp/replication/publication.ts';
import { createSlot, dropSlot, inspectSlot } from '../erp/replication/slot.ts';
import type { SlotState } from '../erp/replication/slot.ts';
import { tableState } from '../erp/replication/table-state.ts';
import { watchedTables } from '../erp/streams.ts';
import { Unavailable } from '../platform/errors.ts';
import type { LogCursor, LogCursors } from './cursor.ts';
import type { Stream } from './stream.ts';

export interface SlotSessionOptions {
  erp: Config['erp'];
  connection: ErpClientConfig;
  pool: ErpPool;
  streams: readonly Stream[];
  cursors: LogCursors;
}

/** The log, held by this process alone, and whether everything must be loaded anew before it is read. */
export interface SlotSession {
  log: ReplicationLog;
  cursor: LogCursor;
  /** Why a load is needed; null when the cursor goes on where it stopped. */
  load: string | null;
  /** How the watched tables stand now. */
  readTables(): Promise<string>;
}

/**
 * Takes the slot. Whoever holds it is the one ingester; a second process fails here with `replication.slot_in_use`.
 *
 * A cursor without its slot, a slot without its cursor or beyond it, another database system, tables that were altered:
 * each is a gap that nobody could see later, so each means a new load. After a gap the epoch rises, because positions of a
 * restored database may be lower than what readers already saw.
 * @throws Unavailable, SlotLost
 */
export async function takeSlot(options: SlotSessionOptions): Promise<SlotSession> {
  const { erp, pool, streams } = options;
  const watched = watchedTables(streams);
  await requirePrimary(pool);
  await requireIdentities(pool, watched);
  const slot = await inspectSlot(pool, erp.slot);
  if (slot !== null && slot.foreign !== null) throw slotForeign(erp.slot, slot.foreign);
  // Before anything is changed: who stands by must not take away what tells the next holder of a gap.
  if (slot?.activePid != null) throw slotInUse(erp.slot, `server process ${slot.activePid} is reading it`);
  const known = await options.cursors.read();
  await ensurePublication(pool, erp.publication, [...watched.keys()]);
  const readTables = () => tableState(pool, erp.publication, [...watched.keys()]);
  const tables = await readTables();
  const gap = gapOf(known, slot, erp.slot, tables);
  // From here on the gap cannot be seen any more: whoever fails or dies before the load has ended leaves word of it.
  if (gap !== null && known !== null) await options.cursors.write({ ...known, firstLoad: 'running' });
  let created: Lsn | null = null;
  if (slot?.lost) await dropSlot(pool, erp.slot);
  if (!slot || slot.lost) created = await createSlot(pool, erp.slot);
  const log = await openLog({
    connection: options.connection,
    slot: erp.slot,
    publication: erp.publication,
    watch: watched,
  });
  const load = gap ?? replacement(known, log);
  if (load === null && known) return { log, cursor: known, load, readTables };
  const cursor: LogCursor = {
    position: created ?? log.position().confirmed,
    slot: erp.slot,
    systemId: systemIdOf(log),
    tables,
    epoch: known === null ? 1 : known.epoch + 1,
    firstLoad: 'running',
  };
  return { log, cursor, load: load ?? 'first load', readTables };
}

/** The cursor goes on only in the very database it was made in, and not before what it has seen. */
function replacement(known: LogCursor | null, log: ReplicationLog): string | null {
  if (known === null) return null;
  if (known.systemId !== systemIdOf(log))
    return 'the ERP database is another one than before, or was restored';
  return known.position > log.system.walEnd ? 'the log of the ERP database ends before the cursor' : null;
}

/** With the timeline: after a fail-over the new primary may lack commits that were read from the old one. */
function systemIdOf(log: ReplicationLog): string {
  return `${log.system.systemId}/${log.system.timeline}`;
}

function gapOf(known: LogCursor | null, slot: SlotState | null, name: string, tables: string): string | null {
  if (known === null) return 'first load';
  if (known.slot !== name) return `the cursor belongs to the slot ${known.slot}`;
  if (!slot) return 'the slot is gone';
  if (slot.lost) return 'the slot was invalidated';
  if (known.firstLoad === 'running') return 'the last load did not end';
  // The position is kept before it is confirmed.
  if (slot.confirmedLsn !== null && slot.confirmedLsn > known.position)
    return 'the slot was moved past the cursor, or made anew';
  return tables === known.tables ? null : 'the watched tables or the publication changed';
}

async function requireIdentities(pool: ErpPool, watched: ReturnType<typeof watchedTables>): Promise<void> {
  const findings = await checkIdentities(
    pool,
    [...watched].map(([table, columns]) => ({ table, columns })),
  );
  const bad = findings.filter(
    ({ exists, unknown, children, statement }) =>
      !exists || unknown.length > 0 || children.length > 0 || statement !== null,
  );
  if (bad.length === 0) return;
  const words = bad.map((finding) => {
    if (!finding.exists)
      return `there is no table ${finding.table} (of a view, watch the tables it reads from)`;
    if (finding.unknown.length > 0) return `${finding.table} has no column ${finding.unknown.join(', ')}`;
    if (finding.children.length > 0)
      return `of ${finding.table} the rows in ${finding.children.join(', ')}, which inherit from it, are not watched`;
    return `updates and deletes of ${finding.table} do not carry ${finding.missing.join(', ') || 'a key'}`;
  });
  const statements = bad.flatMap((finding) => finding.statement ?? []);
  throw new Unavailable(
    {
      code: 'erp.watched_tables',
      what: `The tables cannot be watched: ${words.join('; ')}`,
      fix:
        statements.length > 0
          ? `Let the owner of the tables run: ${statements.join(' ')}`
          : 'Correct erp.streams.*.watch in the configuration',
    },
    { needsOperator: true },
  );
}
