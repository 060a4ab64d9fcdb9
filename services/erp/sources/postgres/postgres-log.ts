/** Source of changes: the log of a PostgreSQL database, read through a replication slot. Marks are transaction ids. */
import { Unavailable } from '../../../platform/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/telemetry/log.ts';
import { settlesWithin } from '../../../platform/waiting.ts';
import type { ErpClientConfig, ErpPool } from '../../pool.ts';
import { slotForeign, slotInUse } from '../../replication/faults.ts';
import type { WatchedColumns } from '../../replication/identity.ts';
import { formatLsn, parseLsn } from '../../replication/lsn.ts';
import type { Lsn } from '../../replication/lsn.ts';
import { openLog } from '../../replication/open-log.ts';
import { requirePrimary } from '../../replication/primary.ts';
import { createSlot, dropSlot, inspectSlot } from '../../replication/slot.ts';
import type { SlotState } from '../../replication/slot.ts';
import { tableNames } from '../../replication/table-state.ts';
import type { ChangeSource, Gap, OpenSource, Place } from '../change-source.ts';
import { HeldSlot } from './held-slot.ts';
import { parsePlace } from './log-place.ts';
import { SeenLog, replacement, systemIdOf } from './turn.ts';
import { Watchman } from './watchman.ts';

export interface PostgresLogOptions {
  slot: string;
  publication: string;
  /** Whether standbys may keep a copy of the slot, to go on from. */
  failover?: boolean;
  /** Noted by whoever asks. */
  seen?: SeenLog;
  /** Of a connection for the log, asked for each time. */
  connection: () => ErpClientConfig;
  pool: ErpPool;
  /** For the questions about the slot alone: behind long queries they would come too late. */
  slotPool: ErpPool;
  watched: ReadonlyMap<string, WatchedColumns>;
  clock: Clock;
  messages: Pick<Log, 'warn'>;
  /** What ends with the source. */
  onClose?: () => void;
}

/** How long the end waits for a query that runs; the end of the process cuts it. */
const poolEndMs = 1_000;

export class PostgresLog implements ChangeSource {
  readonly #options: PostgresLogOptions;
  readonly #seen: SeenLog;
  /** The slot is older than the publication: what lies between cannot be decoded. */
  #isUnreadable = false;
  /** The log is that of another history than the cursor's. */
  #isSetBack = false;

  constructor(options: PostgresLogOptions) {
    this.#options = options;
    this.#seen = options.seen ?? new SeenLog();
  }

  /**
   * A place without its slot, a slot without its place or beyond it, another database system, tables that were altered:
   * each is a gap that nobody could see later.
   * @throws Unavailable, SlotLost
   */
  async open(known: Place | null, onGap: (gap: Gap) => Promise<void>): Promise<OpenSource> {
    const { slot: name, publication, pool, slotPool, watched, clock, messages } = this.#options;
    await requirePrimary(pool);
    const slot = await inspectSlot(pool, name);
    if (slot !== null && slot.foreign !== null) throw slotForeign(name, slot.foreign);
    // Before anything is changed: who stands by must not take away what tells the next holder of a gap.
    if (slot?.activePid != null) throw slotInUse(name, `server process ${slot.activePid} is reading it`);
    const watchman = new Watchman({ pool, publication, watched });
    const look = (tables: string | null) => watchman.look(tables);
    const { tables, gaps, deaf, publication: published } = await look(known?.tables ?? null);
    const [fault] = deaf.values();
    if (published === null && fault !== undefined) throw new Unavailable(fault, { needsOperator: true });
    const isLost = slot === null || slot.lost || this.#isUnreadable;
    const lost = known === null ? null : (this.#toldGap() ?? gapOf(known, slot, name));
    if (lost !== null) await onGap(wholeGap(lost));
    let created: Lsn | null = null;
    if (slot !== null && isLost) await dropSlot(pool, name);
    if (isLost) created = await createSlot(pool, name);
    this.#isUnreadable = this.#isSetBack = false;
    let held: HeldSlot | null = null;
    const log = await openLog({
      connection: this.#options.connection(),
      slot: name,
      publication,
      watch: watched,
      homes: await tableNames(pool, [...watched.keys()]),
      ...(this.#options.failover !== undefined && { failover: this.#options.failover }),
      onUnwatched: (table) => held?.unwatched(table),
    });
    const reason = lost ?? (known === null ? null : replacement(known, log.system, this.#seen.to));
    if (reason !== null) this.#seen.forget();
    else if (known?.seenTo != null) this.#seen.note(parseLsn(known.seenTo));
    const place = { slot: name, systemId: systemIdOf(log.system), tables };
    const start = formatLsn(created ?? log.position().confirmed);
    held = new HeldSlot({
      log,
      place: { ...place, position: known === null || reason !== null ? start : known.position },
      gaps: reason === null ? gaps : [wholeGap(reason), ...gaps],
      hasTurned: reason === null && known !== null && known.systemId !== place.systemId,
      seen: this.#seen,
      deaf,
      look,
      pool: slotPool,
      clock,
      onUnreadable: () => (this.#isUnreadable = true),
      onSetBack: () => (this.#isSetBack = true),
      messages,
    });
    return held;
  }

  /** What its last holder found. */
  #toldGap(): string | null {
    if (this.#isSetBack) return 'the ERP database was set back to what it was before';
    return this.#isUnreadable ? 'the publication was not there for a while' : null;
  }

  async close(): Promise<void> {
    const { pool, slotPool, onClose } = this.#options;
    onClose?.();
    await settlesWithin(Promise.all([pool.end(), slotPool.end()]), poolEndMs);
  }
}

function gapOf(known: Place, slot: SlotState | null, name: string): string | null {
  if (known.slot !== name) return `the cursor belongs to the slot ${known.slot ?? 'of no name'}`;
  if (!slot) return 'the slot is gone';
  if (slot.lost) return 'the slot was invalidated';
  // The position is kept before it is confirmed.
  if (slot.confirmedLsn !== null && slot.confirmedLsn > parsePlace(known.position).lsn)
    return 'the slot was moved past the cursor, or made anew';
  return null;
}

function wholeGap(reason: string): Gap {
  return { reason, tables: null };
}
