/**
 * Whether the slot is surely still ours. The server takes it away from a reader of which it has heard nothing for
 * `wal_sender_timeout`, and another process may hold it a moment later; with a connection that is cut in one direction
 * the reader is the last to know. So what counts is not what we hear but what the server has heard of us:
 * `pg_stat_replication.reply_time` is the time, by our own clock, of the last report of ours that arrived there. Nothing
 * is published when that is longer ago than half the time-out.
 *
 * A role that may not see it (pg_read_all_stats) learns only that the slot is still ours as it asks. Then the fence may
 * fall up to half the time-out after the slot is gone, and whoever takes the slot corrects what was published meanwhile.
 */
import type { Fence } from '../../platform/fence.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ErpPool } from '../pool.ts';
import { databaseFault, isGoingDown } from '../sqlstate.ts';
import { statement } from '../statement.ts';

/** The server process that sends the log to us. */
export interface WalSender {
  pid: number;
  /** wal_sender_timeout; Infinity where it is switched off: then the server never gives the slot to somebody else. */
  timeoutMs: number;
}

export interface SlotFenceOptions {
  sender: WalSender;
  /** For these questions alone: behind long queries they would wait until the fence falls, and then every query is in vain. */
  pool: ErpPool;
  clock: Clock;
  monotonicMs?: () => number;
}

/** Asked often enough that one unanswered question changes nothing. */
const asksPerTimeout = 10;
const askIntervalMaxMs = 5_000;

export class SlotFence implements Fence {
  readonly #options: SlotFenceOptions;
  /** When the server last heard of us, by both clocks: one stands still in a sleep, the other can be set back. */
  #heard: { wallMs: number; monotonicMs: number };
  #over = false;

  /** To be made right after START_REPLICATION was answered. */
  constructor(options: SlotFenceOptions) {
    this.#options = options;
    this.#heard = { wallMs: options.clock.now(), monotonicMs: this.#monotonicMs() };
  }

  isCurrent(): boolean {
    const { sender, clock } = this.#options;
    const silentMs = Math.max(
      clock.now() - this.#heard.wallMs,
      this.#monotonicMs() - this.#heard.monotonicMs,
    );
    return !this.#over && silentMs < sender.timeoutMs / 2;
  }

  /** Until the signal fires, or the server says that the slot is not ours any more or that it goes down. The fence falls with it. */
  async watch(signal: AbortSignal): Promise<void> {
    const { sender, clock } = this.#options;
    // At once, not when the question under way is answered.
    signal.addEventListener('abort', () => (this.#over = true), { once: true });
    const intervalMs = Math.min(askIntervalMaxMs, sender.timeoutMs / asksPerTimeout);
    while (!signal.aborted && !this.#over) {
      await this.#ask().catch((error: unknown) => {
        // A server that is going down waits for its reader to have confirmed everything: for what cannot be asked any
        // more, in vain. A question that fails otherwise says nothing: the time that passes meanwhile is what counts.
        if (isGoingDown(databaseFault(error))) this.#over = true;
      });
      await clock.wait(intervalMs, signal);
    }
    this.#over = true;
  }

  async #ask(): Promise<void> {
    const { sender, pool, clock } = this.#options;
    const askedAt = { wallMs: clock.now(), monotonicMs: this.#monotonicMs() };
    const { rows } = await statement(pool, 'erp.replication.heard', () =>
      pool.query<{ heard_at: number | null; may_see: boolean }>(
        // As a number: how times are printed is up to role and database.
        `select extract(epoch from reply_time)::float8 * 1000 as heard_at, pg_has_role('pg_read_all_stats', 'usage') as may_see
           from pg_catalog.pg_stat_replication where pid = $1`,
        [sender.pid],
      ),
    );
    // The process is gone: what it held may be somebody else's by now.
    if (rows.length === 0) this.#over = true;
    const [row] = rows;
    const heardAt = row?.may_see === false ? askedAt.wallMs : row?.heard_at;
    // Before the first report nothing is learnt.
    if (heardAt == null) return;
    const agoMs = Math.max(0, askedAt.wallMs - heardAt);
    this.#heard = { wallMs: askedAt.wallMs - agoMs, monotonicMs: askedAt.monotonicMs - agoMs };
  }

  #monotonicMs(): number {
    return this.#options.monotonicMs?.() ?? performance.now();
  }
}
