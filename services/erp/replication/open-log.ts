/** Opens the log: checks that slot and publication are what they should be before anything is streamed. */
import { unavailable } from '../sqlstate.ts';
import { ReplicationConnection } from './connection.ts';
import {
  publicationMissing,
  replicationFault,
  slotForeign,
  slotInUse,
  slotInvalidated,
  slotMissing,
} from './faults.ts';
import { StreamedLog } from './log.ts';
import type { LogOptions, ReplicationLog, SystemIdentity } from './log.ts';
import { parseLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';
import { readSlot, slotName } from './slot.ts';
import type { SlotState } from './slot.ts';

const statusIntervalMsMax = 10_000;

/**
 * @throws {SlotLost} the slot is missing or invalidated.
 * @throws {Unavailable} no connection; `replication.slot_in_use` while another reader holds the slot.
 */
export async function openLog(options: LogOptions): Promise<ReplicationLog> {
  slotName(options.slot);
  const connection = await ReplicationConnection.open(options.connection).catch((error: unknown) => {
    throw unavailable('The ERP database cannot be reached for replication', error);
  });
  try {
    return await openOn(connection, options);
  } catch (error) {
    await connection.close().catch(() => {});
    throw await replicationFault(options.slot, error, () => lookAtSlot(options));
  }
}

async function openOn(connection: ReplicationConnection, options: LogOptions): Promise<ReplicationLog> {
  const system = await identify(connection);
  const slot = await readSlot((text) => connection.query(text), options.slot);
  const start = startPosition(options, slot);
  await checkPublication(connection, options.publication);
  const { failover } = options;
  if (failover !== undefined && slot?.failover === !failover)
    await connection
      .query(`ALTER_REPLICATION_SLOT ${slotName(options.slot)} ( FAILOVER ${failover} )`)
      // Without it the log is read all the same, and `cartage check` says so.
      .catch(() => undefined);
  // Asked of the server: a pooler in between gives its clients process ids of its own making.
  const [told] = await connection.query<{ pid: number | string; setting: string }>(
    `select pg_backend_pid() as pid, setting from pg_catalog.pg_settings where name = 'wal_sender_timeout'`,
  );
  const timeoutMs = Number(told!.setting) || Infinity;
  const intervalMs = options.statusIntervalMs ?? Math.min(statusIntervalMsMax, timeoutMs / 4);
  const sender = { pid: Number(told!.pid), timeoutMs };
  const log = new StreamedLog(connection, options, system, start, sender, intervalMs, (error) =>
    replicationFault(options.slot, error, () => lookAtSlot(options)),
  );
  await log.start();
  return log;
}

async function checkPublication(connection: ReplicationConnection, name: string): Promise<void> {
  const rows = await connection.query(
    `select from pg_catalog.pg_publication where pubname = '${name.replaceAll("'", "''")}'`,
  );
  if (rows.length === 0) throw publicationMissing(`pg_publication has no "${name}"`);
}

async function identify(connection: ReplicationConnection): Promise<SystemIdentity> {
  const [row] = await connection.query<{ systemid: string; timeline: number | string; xlogpos: string }>(
    'IDENTIFY_SYSTEM',
  );
  const timeline = Number(row!.timeline);
  return {
    systemId: row!.systemid,
    timeline,
    ancestors: await ancestorsOf(connection, timeline),
    walEnd: parseLsn(row!.xlogpos),
  };
}

/** None where the server does not tell: then nothing is proved by them. */
async function ancestorsOf(
  connection: ReplicationConnection,
  timeline: number,
): Promise<ReadonlyMap<number, Lsn>> {
  // The first one has no history.
  if (timeline === 1) return new Map();
  const rows = await connection
    .query<{ content: string | Buffer }>(`TIMELINE_HISTORY ${timeline}`)
    .catch(() => []);
  const lines = String(rows[0]?.content ?? '').matchAll(/^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/gim);
  return new Map([...lines].map(([, ancestor, until]) => [Number(ancestor), parseLsn(until!)]));
}

function startPosition(options: LogOptions, slot: SlotState | null): Lsn {
  if (!slot) throw slotMissing(options.slot);
  if (slot.foreign !== null) throw slotForeign(options.slot, slot.foreign);
  if (slot.lost) throw slotInvalidated(options.slot, slot.reason);
  if (slot.activePid !== null)
    throw slotInUse(options.slot, `server process ${slot.activePid} is reading it`);
  return slot.confirmedLsn ?? 0n;
}

/** After a failure, on a connection of its own. */
async function lookAtSlot(options: LogOptions): Promise<{ lost: boolean; reason: string | null } | null> {
  const connection = await ReplicationConnection.open(options.connection);
  try {
    return await readSlot((text) => connection.query(text), options.slot);
  } finally {
    await connection.close();
  }
}
