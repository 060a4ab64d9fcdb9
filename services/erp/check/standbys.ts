/** What becomes of the slot when a standby takes over: from PostgreSQL 17 on a standby may keep a copy to go on from. */
import type pg from 'pg';
import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

/** As the configuration has it. */
export interface KeptSlot {
  slot: string;
  failover: boolean;
}

const code = 'erp.failover';
const loadedAnew = 'when a standby takes over, all is loaded anew';
const settingsOfStandby =
  'sync_replication_slots = on, hot_standby_feedback = on, primary_slot_name, and dbname in primary_conninfo';

interface PrimaryRow {
  /** Slots of standbys, quoted as a list of names; null: there are none. */
  standbys: string | null;
  /** Null: the server knows no such setting. */
  awaited: string | null;
  failover: boolean | null;
  /** Standbys that let the primary clean up what they need. */
  silent: string | null;
}

/** At the primary: nothing to say where no standby has a slot. */
export async function checkStandbys(client: pg.ClientBase, { slot, failover }: KeptSlot): Promise<Finding[]> {
  const { rows } = await client.query<PrimaryRow>(
    `select string_agg(name, ', ' order by name) filter (where is_physical) as standbys,
            string_agg(name, ', ' order by name) filter (where is_physical and xmin is null) as silent,
            bool_or(is_kept) filter (where name = $1) as failover,
            current_setting('synchronized_standby_slots', true) as awaited
       from (select slot_name::text as name, slot_type = 'physical' as is_physical, xmin,
                    (to_jsonb(s) ->> 'failover')::boolean as is_kept
               from pg_catalog.pg_replication_slots s) as slots`,
    [slot],
  );
  const { standbys, awaited, failover: isKept, silent } = rows[0]!;
  if (standbys === null) return [];
  if (awaited === null)
    return [
      ok(code, `The standbys have no copy of slot ${slot}`, `${loadedAnew}; PostgreSQL 17 knows copies`),
    ];
  if (!failover)
    return [ok(code, `The standbys have no copy of slot ${slot}`, `erp.failover is off: ${loadedAnew}`)];
  if (isKept === false)
    return [
      warn(
        code,
        `Slot ${slot} is not one that standbys may copy`,
        loadedAnew,
        'Start the ingester, which asks for it; if this stays, the server refuses ALTER_REPLICATION_SLOT to its role',
      ),
    ];
  const isAwaited = awaited.split(',').some((name) => name.trim() !== '');
  const findings = [
    ...(isAwaited
      ? []
      : [
          warn(
            code,
            'The ERP database tells changes that its standbys may lack yet (synchronized_standby_slots is empty)',
            `if the primary breaks down then, ${loadedAnew}`,
            `Run, with those that may take over: ALTER SYSTEM SET synchronized_standby_slots = '${standbys}'; SELECT pg_reload_conf();`,
          ),
        ]),
    ...(silent === null
      ? []
      : [
          warn(
            code,
            `Of ${silent} nothing tells what it still needs`,
            'a copy of the slot cannot be kept there: rows that decoding needs are cleaned up',
            `At each standby: ${settingsOfStandby}`,
          ),
        ]),
  ];
  return findings.length > 0
    ? findings
    : [
        ok(
          code,
          `Slot ${slot} may be copied by ${standbys}`,
          'with erp.connection.replicaUrl it is seen whether it is',
        ),
      ];
}

interface StandbyRow {
  /** Null: it has none of that name. */
  is_ready: boolean | null;
  syncs: string | null;
  feedback: string;
  own_slot: string;
}

/** At the standby that questions go to. */
export async function checkCopy(client: pg.ClientBase, { slot, failover }: KeptSlot): Promise<Finding[]> {
  const { rows } = await client.query<StandbyRow>(
    `select (select coalesce((to_jsonb(s) ->> 'synced')::boolean, false) and not temporary
                    and to_jsonb(s) ->> 'invalidation_reason' is null
               from pg_catalog.pg_replication_slots s where slot_name = $1) as is_ready,
            current_setting('sync_replication_slots', true) as syncs,
            current_setting('hot_standby_feedback') as feedback,
            current_setting('primary_slot_name') as own_slot`,
    [slot],
  );
  const { is_ready: isReady, syncs, feedback, own_slot: ownSlot } = rows[0]!;
  if (syncs === null || !failover) return [];
  if (isReady)
    return [ok(code, `The standby has a copy of slot ${slot}`, 'it is gone on from there if it takes over')];
  const off = [
    ...(syncs === 'on' ? [] : ['sync_replication_slots is off']),
    ...(feedback === 'on' ? [] : ['hot_standby_feedback is off']),
    ...(ownSlot === '' ? ['primary_slot_name is empty'] : []),
  ];
  return [
    warn(
      code,
      `The standby has no copy of slot ${slot} that could be gone on from`,
      off.length > 0
        ? `${off.join(', ')}: ${loadedAnew}`
        : `it is made when the slot has moved on: until then ${loadedAnew}`,
      `At the standby: ${settingsOfStandby}; its log says what is missing`,
    ),
  ];
}
