/**
 * What shows that an answer contains a change that was read from the log of a MySQL or MariaDB: the server writes a change
 * to its log before it shows it, and one that waits for a replica (semi-synchronous replication) long before.
 *
 * `position`: MariaDB tells of a consistent snapshot up to where of its own log it shows everything. `gtid`: a replica of
 * MariaDB waits until it has applied a transaction that is named. Tried with MariaDB 10.11; MySQL knows neither.
 */
import { setTimeout } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { Unavailable } from '../../platform/errors.ts';
import type { Mark } from '../sources/change-source.ts';
import { mysqlFault } from './faults.ts';
import { rowsOf } from './pool.ts';
import type { MysqlRow } from './pool.ts';

export type Proof = 'none' | 'position' | 'gtid';

const briefMs = 5_000;
/** How long a commit that is in the log may stay invisible before we say so. */
const shownWithinMs = 30_000;
const waitSliceMs = 2_000;

/** Where a change stands in the log, as `source` of a record of Debezium says it; null where that does not. */
export function markOf(proof: Proof, { file, pos, gtid }: Readonly<Record<string, unknown>>): Mark | null {
  const mark = proof === 'gtid' ? String(gtid) : `${String(file)}:${String(pos)}`;
  return (proof === 'gtid' ? gtidOf(mark) : placeOf(mark)) === null ? null : mark;
}

/** The mark whose moment contains both; null where neither does. */
export function laterMark(one: Mark, other: Mark): Mark | null {
  if (one === other) return one;
  const [places, gtids] = [
    [placeOf(one), placeOf(other)],
    [gtidOf(one), gtidOf(other)],
  ];
  if (places[0] && places[1]) return isBefore(places[0], places[1]) ? other : one;
  if (gtids[0] && gtids[1] && gtids[0].domain === gtids[1].domain)
    return gtids[0].sequence < gtids[1].sequence ? other : one;
  return null;
}

/** What is known of the log of the server that is asked. */
export interface KnownLog {
  /** It was found to lack this place, and so what comes after it; null where it was not. */
  lostFrom: Mark | null;
}

/** A commit is shown within moments, or held back for long. */
export const lookAgainMs = (waitedMs: number): number => (waitedMs < 1_000 ? 5 : 250);

/**
 * What of these marks can be shown to be in an answer. What was waited for in vain, because the server's log does not have it
 * (it was begun anew, or is another server's) or the server follows no other any more, counts as seen: waiting on would hold
 * its keys for ever. That the server is another one, or was promoted, makes all be asked anew (`debezium/held-topics.ts`).
 */
export class Shown {
  readonly #where: string;
  readonly #log: KnownLog;
  readonly #withinMs: number;
  /** Of each file the last; the last file last. */
  readonly #places: Mark[];
  readonly #gtids: readonly Mark[];

  /** @param where names the question in errors. */
  constructor(where: string, marks: Iterable<Mark>, log: KnownLog, withinMs = shownWithinMs) {
    const places = new Map<number, Mark>();
    const gtids = new Map<string, Mark>();
    for (const mark of marks) {
      const [gtid, place] = [gtidOf(mark), placeOf(mark)];
      if (gtid !== null) gtids.set(gtid.domain, laterMark(gtids.get(gtid.domain) ?? mark, mark)!);
      else if (place !== null) places.set(place.file, laterMark(places.get(place.file) ?? mark, mark)!);
    }
    this.#where = where;
    this.#log = log;
    this.#withinMs = withinMs;
    this.#places = [...places].toSorted(([one], [other]) => one - other).map(([, mark]) => mark);
    this.#gtids = [...gtids.values()];
  }

  /**
   * Begins a snapshot that contains them.
   * @param begin may be called again: what it began before is ended.
   * @throws Unavailable after half a minute.
   */
  async begin<Result>(connection: Connection, begin: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const deadlineMs = startedAt + this.#withinMs;
    if (this.#gtids.length > 0) await this.#applied(connection, deadlineMs);
    for (;;) {
      const result = await begin();
      const place = this.#places.at(-1);
      if (place === undefined || (await this.#isShown(connection, place))) return result;
      await rowsOf(connection, 'rollback', briefMs);
      await this.#giveUp(connection, place, performance.now() > deadlineMs);
      await setTimeout(lookAgainMs(performance.now() - startedAt));
    }
  }

  /** One that the log lacks: when its time is over, or at once where the log was found to lack one before it. */
  async #giveUp(connection: Connection, place: Mark, isLate: boolean): Promise<void> {
    const { lostFrom } = this.#log;
    const isLost = lostFrom !== null && laterMark(lostFrom, place) === place;
    if (!isLate && !isLost) return;
    if (!(await hasPlace(connection, place))) {
      this.#places.pop();
      if (!isLost) this.#log.lostFrom = place;
      return;
    }
    // The new log has come as far as the lost one.
    if (isLost) this.#log.lostFrom = null;
    if (isLate) throw notShown(this.#where, place);
  }

  async #applied(connection: Connection, deadlineMs: number): Promise<void> {
    const gtids = this.#gtids.join();
    const sql = `select master_gtid_wait('${gtids}', ${waitSliceMs / 1_000}) as late`;
    while (Number((await rowsOf(connection, sql, briefMs))[0]!.late) !== 0) {
      if (performance.now() <= deadlineMs) continue;
      if (await wasPromoted((asked) => rowsOf(connection, asked, briefMs))) return;
      throw notShown(this.#where, gtids);
    }
  }

  /** The snapshot ends between two transactions: one of which a part lies before that is shown as a whole. */
  async #isShown(connection: Connection, mark: Mark): Promise<boolean> {
    const rows = await rowsOf(connection, `show session status like 'binlog_snapshot_%'`, briefMs);
    const of = (name: string) => rows.find((row) => String(row.Variable_name).toLowerCase() === name)?.Value;
    const shown = placeOf(`${String(of('binlog_snapshot_file'))}:${String(of('binlog_snapshot_position'))}`);
    return shown !== null && isBefore(placeOf(mark)!, shown);
  }
}

/** Of a server that was a replica, told to every role. */
const roleSql = `select variable_value as following, @@global.read_only as closed
    from information_schema.global_status where variable_name = 'SLAVES_RUNNING'`;

/**
 * Whether a server that was a replica follows nobody for good: it may be written to, and has no server to follow any more.
 * One that was stopped, or stands still for an error, has one (`reset slave all` leaves none); so has, as far as we know,
 * one that does not let us see it (SLAVE MONITOR).
 */
export async function wasPromoted(ask: (sql: string) => Promise<MysqlRow[]>): Promise<boolean> {
  const [role] = await ask(roleSql);
  if (role === undefined || Number(role.following) !== 0) return false;
  if (!['0', 'OFF'].includes(String(role.closed))) return false;
  try {
    return (await ask('show all slaves status')).length === 0;
  } catch (error) {
    const fault = mysqlFault('The role of the server', error);
    if (fault instanceof Unavailable && fault.fault.code === 'erp.right_missing') return false;
    throw fault;
  }
}

/** Whether the log of the server has it. It reads the file, which takes its time: in doubt it has. */
async function hasPlace(connection: Connection, mark: Mark): Promise<boolean> {
  const [, file, position] = /^([\w.-]+):(\d+)$/.exec(mark) ?? [];
  if (file === undefined) return true;
  const sql = `select binlog_gtid_pos('${file}', ${position}) as gtids`;
  const [row] = await rowsOf(connection, sql, briefMs);
  return row!.gtids !== null;
}

interface LogPlace {
  file: number;
  position: number;
}

/** `binlog.000012:742`; numbers of files rise. */
function placeOf(mark: Mark): LogPlace | null {
  const [, file, position] = /\.(\d+):(\d+)$/.exec(mark) ?? [];
  return file === undefined ? null : { file: Number(file), position: Number(position) };
}

function isBefore(one: LogPlace, other: LogPlace): boolean {
  return one.file === other.file ? one.position < other.position : one.file < other.file;
}

/** `0-1-270` of MariaDB: within a domain the sequence rises. */
function gtidOf(mark: Mark): { domain: string; sequence: bigint } | null {
  const [, domain, sequence] = /^(\d+)-\d+-(\d+)$/.exec(mark) ?? [];
  return domain === undefined ? null : { domain, sequence: BigInt(sequence!) };
}

function notShown(where: string, mark: string): Unavailable {
  return new Unavailable({
    code: 'erp.commit_not_visible',
    what: `${where} waited ${shownWithinMs / 1_000} s in vain for what is in the log at ${mark}`,
    why: 'its commit waits for a replica, the replica that is asked stands still, or it is another server than erp.source.proof says',
    fix: 'Look at the replication of that server; `position` needs the very server whose log Debezium reads, `gtid` a replica of it. A replica that was promoted is known by SLAVE MONITOR, granted to our user. Without erp.source.proof each change is asked for twice',
  });
}
