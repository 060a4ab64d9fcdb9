/** What logical replication needs of the server and of our role. */
import type pg from 'pg';
import { quoteIdentifier } from '../pool.ts';
import { standbyFault } from '../replication/primary.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

interface ServerRow {
  version: number;
  standby: boolean;
  wal_level: string;
  encoding: string;
  slots: number;
  slots_max: number;
  senders: number;
  senders_max: number;
  /** Null before 13, which does not have the setting. */
  keep: string | null;
  role: string;
  may_replicate: boolean;
  may_see_senders: boolean;
}

/** Managed databases give the right by membership of a role of their own instead of the attribute. */
const serverQuery = `
  select current_setting('server_version_num')::int as version,
         pg_is_in_recovery() as standby,
         current_setting('wal_level') as wal_level,
         current_setting('server_encoding') as encoding,
         (select count(*)::int from pg_replication_slots) as slots,
         current_setting('max_replication_slots')::int as slots_max,
         (select count(*)::int from pg_stat_replication) as senders,
         current_setting('max_wal_senders')::int as senders_max,
         current_setting('max_slot_wal_keep_size', true) as keep,
         current_user::text as role,
         (select rolsuper or rolreplication from pg_roles where rolname = current_user)
           or exists (select from pg_roles r where r.rolname in ('rds_replication', 'cloudsqlreplica')
                         and pg_has_role(current_user, r.oid, 'member')) as may_replicate,
         pg_has_role('pg_read_all_stats', 'usage') as may_see_senders`;

/** @param hasSlot ours is counted among the used ones already. */
export async function checkServer(client: pg.ClientBase, hasSlot: boolean): Promise<Finding[]> {
  const { rows } = await client.query<ServerRow>(serverQuery);
  const server = rows[0]!;
  const version = checkVersion(server);
  // The other questions are put in words that an older server does not know.
  if (version.level === 'fail') return [version];
  return [
    version,
    checkPrimary(server),
    checkWalLevel(server),
    checkEncoding(server),
    checkFree(server, hasSlot),
    checkRole(server),
    checkSight(server),
    checkKeep(server),
  ];
}

function checkVersion({ version }: ServerRow): Finding {
  const major = Math.floor(version / 10_000);
  if (major >= 13) return ok('erp.version', `PostgreSQL ${major}`);
  return fail(
    'erp.version',
    `PostgreSQL ${major} is too old`,
    'transaction ids of 64 bits came with 13',
    'Use 13 or newer',
  );
}

function checkPrimary({ standby }: ServerRow): Finding {
  const { code, what, why, fix } = standbyFault;
  return standby ? fail(code, what, why, fix) : ok(code, 'The server is the primary');
}

function checkWalLevel({ wal_level: level }: ServerRow): Finding {
  if (level === 'logical') return ok('erp.wal_level', 'wal_level is logical');
  return fail(
    'erp.wal_level',
    `wal_level is ${level}`,
    'the log holds no row changes that could be read',
    'Run: ALTER SYSTEM SET wal_level = logical; and restart the server',
  );
}

function checkEncoding({ encoding }: ServerRow): Finding {
  if (encoding !== 'SQL_ASCII') return ok('erp.encoding', `The encoding is ${encoding}`);
  return warn(
    'erp.encoding',
    'The database does not know the encoding of its texts (SQL_ASCII)',
    'the log cannot be read beyond the first text that is not UTF-8',
    'Move it into a database with the encoding that its texts have (pg_dump, createdb -E)',
  );
}

function checkFree(server: ServerRow, hasSlot: boolean): Finding {
  const needed = hasSlot ? 0 : 1;
  const what = `${server.slots} of ${server.slots_max} replication slots and ${server.senders} of ${server.senders_max} walsenders are in use`;
  const isFree = server.slots + needed <= server.slots_max && server.senders + needed <= server.senders_max;
  if (isFree) return ok('erp.slots', what);
  return fail(
    'erp.slots',
    what,
    'Cartage needs one of each',
    'Raise max_replication_slots and max_wal_senders (restart needed), or drop slots nobody reads',
  );
}

function checkRole({ role, may_replicate: mayReplicate }: ServerRow): Finding {
  if (mayReplicate) return ok('erp.replication_right', `Role ${role} may replicate`);
  return fail(
    'erp.replication_right',
    `Role ${role} may not read the log`,
    'a slot needs the attribute REPLICATION',
    `Run: ALTER ROLE ${quoteIdentifier(role)} REPLICATION;`,
  );
}

function checkSight({ role, may_see_senders: maySee }: ServerRow): Finding {
  if (maySee) return ok('erp.slot_sight', `Role ${role} may see what the server has heard of it`);
  return warn(
    'erp.slot_sight',
    `Role ${role} may not see what the server has heard of it`,
    'an ingester whose connection is cut in one direction notices late, and what it publishes meanwhile is corrected by the next one',
    `Run: GRANT pg_read_all_stats TO ${quoteIdentifier(role)};`,
  );
}

function checkKeep({ keep }: ServerRow): Finding {
  if (keep !== null && keep !== '-1') return ok('erp.slot_limit', `Slots may hold back ${keep} of log`);
  return warn(
    'erp.slot_limit',
    'Slots may hold back log without limit',
    'while Cartage is down the log grows until the disk of the ERP is full',
    `Set max_slot_wal_keep_size to what the disk can bear ('20GB'); beyond it Cartage loads anew`,
  );
}
