/**
 * Reads the log of changes of a PostgreSQL database through a replication slot.
 *
 * A reader that ends at any point, in any way, loses nothing: what was not acknowledged is sent again, whole
 * transactions at a time and in the order of their commits. So the owner must bear repetition, and acknowledges last.
 */
import type pg from 'pg';
import { startCommand } from './connection.ts';
import type { ReplicationConnection } from './connection.ts';
import { Handover } from './handover.ts';
import type { TransactionPart } from './handover.ts';
import type { Lsn } from './lsn.ts';
import type { WatchedColumns } from './identity.ts';
import { MessageDecoder } from './messages.ts';
import type { Relation } from './messages.ts';
import type { Change } from '../sources/changes.ts';
import type { WalSender } from './slot-fence.ts';
import { LogStatus } from './status.ts';

export interface LogOptions {
  connection: pg.ClientConfig;
  slot: string;
  publication: string;
  /** Whether standbys may keep a copy of the slot; as it is where left out. */
  failover?: boolean;
  /** By `schema.table`. A table without an entry is decoded in full. */
  watch?: ReadonlyMap<string, WatchedColumns>;
  /** Names of the watched tables by their oid, as they are now: in the log one of them may have had another. */
  homes?: ReadonlyMap<number, string>;
  /** Called with a table that is in the log and not watched: one that was renamed, or that somebody else has published. */
  onUnwatched?: (table: string) => void;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** How often to report unasked; by default a quarter of the server's wal_sender_timeout, at most 10 s. */
  statusIntervalMs?: number;
  /** How long the server may say nothing, though asked, until the connection counts as dead. */
  silentMsMax?: number;
  partChangesMax?: number;
  heldBytesMax?: number;
}

/** Which database the positions belong to: a restored or replaced one has another id or another timeline. */
export interface SystemIdentity {
  systemId: string;
  timeline: number;
  /** Up to where the log of each earlier timeline is this one's too. */
  ancestors: ReadonlyMap<number, Lsn>;
  /** The end of the log when we connected. */
  walEnd: Lsn;
}

export interface LogPosition {
  confirmed: Lsn;
  /** Everything before it is acknowledged, or was nothing for us: it may be acknowledged as well. */
  reached: Lsn;
  /** How far the server has read; minus `confirmed` it is the lag in bytes. */
  walEnd: Lsn;
  heldBytes: number;
}

export interface ReplicationLog {
  readonly system: SystemIdentity;
  readonly sender: WalSender;
  /** One reader at a time. Ends after `close()`; throws `SlotLost` or `Unavailable` when the stream ends otherwise. */
  transactions(): AsyncGenerator<TransactionPart, void, void>;
  /** Everything up to here, the end of a transaction or `reached`, is safe elsewhere. Exact, and told within 100 ms. */
  acknowledge(endLsn: Lsn): void;
  position(): LogPosition;
  /** Reports the last acknowledgement and frees the slot. */
  close(): Promise<void>;
}

const acknowledgeWithinMs = 100;
/**
 * Unanswered reports until the line counts as dead (a link cut one way says nothing by itself). Long, because a server
 * that decodes a large transaction of tables we do not watch is silent meanwhile, and giving up would begin it anew.
 */
const defaultSilentMsMax = 120_000;

/** A log that is being streamed; made by `openLog`. */
export class StreamedLog implements ReplicationLog {
  readonly system: SystemIdentity;
  readonly sender: WalSender;
  readonly #connection: ReplicationConnection;
  readonly #options: LogOptions;
  readonly #start: Lsn;
  readonly #status: LogStatus;
  readonly #handover: Handover;
  readonly #intervalMs: number;
  readonly #clock: () => number;
  readonly #explain: (error: Error) => Promise<Error>;
  readonly #decoder: MessageDecoder;
  /** Tables whose rows, as they were when the changes were written, do not carry what is watched. */
  readonly #untold = new Set<string>();
  /** Names under which rows of a watched table were changed, and what it is called. */
  readonly #moved = new Map<string, string>();
  /** Size of the message being decoded. */
  #messageBytes = 0;
  #statusTimer: NodeJS.Timeout | undefined;
  #acknowledgeTimer: NodeJS.Timeout | undefined;
  #silentIntervals = 0;

  constructor(
    connection: ReplicationConnection,
    options: LogOptions,
    system: SystemIdentity,
    start: Lsn,
    sender: WalSender,
    intervalMs: number,
    explain: (error: Error) => Promise<Error>,
  ) {
    this.#explain = explain;
    this.#connection = connection;
    this.#options = options;
    this.system = system;
    this.sender = sender;
    this.#start = start;
    this.#intervalMs = intervalMs;
    this.#status = new LogStatus(start);
    this.#clock = options.clock ?? Date.now;
    this.#handover = new Handover({
      partChangesMax: options.partChangesMax ?? 10_000,
      partBytesMax: 8 * 1024 * 1024,
      heldBytesMax: options.heldBytesMax ?? 16 * 1024 * 1024,
    });
    this.#decoder = this.#newDecoder();
  }

  async start(): Promise<void> {
    const command = startCommand(this.#options.slot, this.#options.publication, this.#start);
    await this.#connection.start(command, {
      data: (chunk, start, end) => {
        this.#silentIntervals = 0;
        this.#messageBytes = end - start;
        this.#decoder.decode(chunk, start);
      },
      keepalive: (walEnd, replyRequested) => {
        this.#silentIntervals = 0;
        this.#status.keepalive(walEnd);
        if (replyRequested) this.#report(false);
      },
      isFull: () => this.#handover.isFull,
      failed: (error) => void this.#failed(error),
    });
    this.#statusTimer = setInterval(() => this.#reportAndListen(), this.#intervalMs);
    this.#report(true);
  }

  async *transactions(): AsyncGenerator<TransactionPart, void, void> {
    for (;;) {
      const part = await this.#handover.take();
      if (!part) return;
      if (!this.#handover.isFull) this.#connection.resume();
      yield part;
    }
  }

  acknowledge(endLsn: Lsn): void {
    this.#status.acknowledge(endLsn);
    // One report for many: with 70,000 transactions a second a write for each would cost more than the reading.
    this.#acknowledgeTimer ??= setTimeout(() => this.#report(false), acknowledgeWithinMs);
  }

  position(): LogPosition {
    return {
      confirmed: this.#status.confirmed,
      reached: this.#status.reached,
      walEnd: this.#status.walEnd,
      heldBytes: this.#handover.heldBytes,
    };
  }

  async close(): Promise<void> {
    this.#report(false);
    this.#stopTimers();
    this.#handover.close();
    await this.#connection.close();
  }

  #newDecoder(): MessageDecoder {
    return new MessageDecoder(
      {
        begin: (commitLsn, commitTime, xid) => {
          this.#status.begin();
          this.#handover.begin(xid, commitLsn, commitTime);
        },
        commit: (_commitLsn, endLsn) => this.#status.commit(endLsn, !this.#handover.commit(endLsn)),
        relation: (relation) => this.#describe(relation),
        change: (change) => {
          const home = this.#moved.get(change.table);
          this.#handover.change(this.#told(change), this.#messageBytes);
          if (home !== undefined)
            this.#handover.change({ table: home, kind: 'untold', old: null, new: null }, 0);
        },
      },
      (table) => {
        const columns = this.#options.watch?.get(table);
        return columns === undefined || columns === 'all' ? undefined : new Set(columns);
      },
    );
  }

  /**
   * As the table was when the next changes were written: later ones, and what is configured now, may differ. Whether it
   * can be watched as it stands is asked elsewhere; of these changes the log tells too little, and so any row counts.
   */
  #describe({ oid, table, columns }: Relation): void {
    const home = this.#options.homes?.get(oid);
    if (home !== undefined && home !== table) this.#moved.set(table, home);
    else this.#moved.delete(table);
    if (this.#options.watch?.has(table) === false) this.#options.onUnwatched?.(table);
    const watched = this.#options.watch?.get(table) ?? [];
    const carried = new Set(columns.filter(({ inIdentity }) => inIdentity).map(({ name }) => name));
    const names = watched === 'all' ? columns.map(({ name }) => name) : watched;
    if (names.every((name) => carried.has(name))) this.#untold.delete(table);
    else this.#untold.add(table);
  }

  #told(change: Change): Change {
    return this.#untold.has(change.table) ? { ...change, kind: 'untold', old: null, new: null } : change;
  }

  #reportAndListen(): void {
    // While the socket rests because the owner is slow, nothing can be heard, and that is no silence.
    if (!this.#handover.isFull) this.#silentIntervals += 1;
    const silentMs = Math.round(this.#silentIntervals * this.#intervalMs);
    if (silentMs <= (this.#options.silentMsMax ?? defaultSilentMsMax)) return this.#report(true);
    void this.#failed(
      Object.assign(new Error(`the server has been silent for ${silentMs} ms`), { code: 'ETIMEDOUT' }),
    );
    void this.#connection.close();
    return undefined;
  }

  #report(replyRequested: boolean): void {
    clearTimeout(this.#acknowledgeTimer);
    this.#acknowledgeTimer = undefined;
    this.#connection.sendStatus(this.#status.confirmed, this.#clock(), replyRequested);
  }

  async #failed(error: Error): Promise<void> {
    this.#stopTimers();
    this.#handover.fail(await this.#explain(error));
  }

  #stopTimers(): void {
    clearInterval(this.#statusTimer);
    clearTimeout(this.#acknowledgeTimer);
  }
}
