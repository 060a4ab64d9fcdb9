/**
 * Questions at a replica of the ERP's database, a physical standby, so that the primary is left to the ERP. The primary is
 * still asked where its log stands once it shows what made the keys dirty, which costs it next to nothing; the replica must
 * have replayed the log up to there before its snapshot is taken. What it does not have within a moment is asked at the
 * primary, and so is everything for a while after the replica has failed (a standby cuts queries that hold its replay up).
 *
 * Not by the ids of transactions: a standby does not tell which of them are running (`pg_current_snapshot` leaves them out
 * during recovery), so one that has begun and not ended would count as shown.
 */
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { ErpPool } from '../pool.ts';
import { parseLsn } from '../replication/lsn.ts';
import type { Lsn } from '../replication/lsn.ts';

/** How long a question waits for the replica to replay. */
const replayedWithinMs = 250;
const lookAgainMs = 5;
/** So long nothing is asked of a replica that has failed. */
const restMs = 60_000;

/** What of the primary's log an answer must contain, and whose log that is, with its timeline. */
export interface Needed {
  lsn: Lsn;
  systemId: string;
}

/** At the primary, in the transaction whose snapshot shows what made the keys dirty. */
export const neededSql = `select pg_current_wal_insert_lsn()::text as needed,
  system_identifier || '/' || ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as system
  from pg_control_system()`;

/**
 * The timeline is the one that it receives, or, where the role may not see that (pg_read_all_stats), of its last
 * restartpoint: a standby that goes on from another primary is asked again when it has made one.
 */
const replayedSql = `select pg_is_in_recovery() as standby, pg_last_wal_replay_lsn()::text as lsn,
  system_identifier || '/' || greatest(timeline_id, (select received_tli from pg_stat_wal_receiver)) as system
  from pg_control_system(), pg_control_checkpoint()`;

/** What was received may be replayed by now. */
const seenSql = 'select greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text as seen';

interface Replayed {
  standby?: boolean;
  lsn?: string | null;
  system?: string;
  seen?: string;
}

export class Replica {
  readonly pool: ErpPool;
  readonly #log: Pick<Log, 'warn'>;
  #restsUntil = 0;

  constructor(pool: ErpPool, log: Pick<Log, 'warn'>) {
    this.pool = pool;
    this.#log = log;
  }

  get isResting(): boolean {
    return performance.now() < this.#restsUntil;
  }

  failed(where: string, error: unknown): void {
    this.#restsUntil = performance.now() + restMs;
    this.#log.warn(
      { asked: where, why: messageOf(error) },
      'the replica of the ERP database does not answer: the primary is asked for a minute',
    );
  }

  /**
   * Begins a transaction whose snapshot contains what is needed.
   * @param settings statements of the transaction, before anything is asked in it.
   * @param onSeen told up to where of the log it may show the database.
   * @returns the version of what it shows; null where the replica has not replayed it in time.
   */
  async begin(
    client: pg.ClientBase,
    needed: Needed,
    settings: readonly string[],
    onSeen?: (to: Lsn) => void,
  ): Promise<Lsn | null> {
    const deadlineMs = performance.now() + replayedWithinMs;
    // The position comes first, in a transaction of its own: what is replayed up to there, the snapshot shows.
    const first = ['begin read only', replayedSql, 'rollback'];
    const snapshot = [
      'begin isolation level repeatable read read only',
      ...settings,
      ...(onSeen ? [seenSql] : []),
    ];
    for (;;) {
      const answer = await client.query([...first, ...snapshot].join('; '));
      const results = answer as unknown as pg.QueryResult<Replayed>[];
      const rows = results.flatMap((result) => result.rows);
      const { standby, lsn, system } = rows.find((row) => row.system)!;
      if (!standby || lsn == null)
        throw new Error('erp.connection.replicaUrl leads to a server that is no standby');
      if (system !== needed.systemId)
        throw new Error(
          'erp.connection.replicaUrl leads to the standby of another server, or of one that is the primary no more',
        );
      if (parseLsn(lsn) >= needed.lsn) {
        onSeen?.(parseLsn(rows.at(-1)!.seen!));
        return parseLsn(lsn);
      }
      await client.query('rollback');
      if (performance.now() > deadlineMs) return null;
      await setTimeout(lookAgainMs);
    }
  }
}
