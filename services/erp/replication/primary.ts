import { Unavailable } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';
import type { Database } from './slot.ts';

/**
 * From 16 on a log can be read from a standby too. But its snapshots do not list the transactions that run on the
 * primary, so none of them can be shown to hold the commit that made a key dirty (`changed-keys/visibility.ts`).
 */
export const standbyFault = {
  code: 'erp.standby',
  what: 'The ERP database is a standby',
  why: 'there nobody can tell whether a query sees the change that it is asked for',
  fix: 'Let erp.connection.url point to the primary server',
} satisfies Fault;

/** @throws Unavailable on a standby. */
export async function requirePrimary(database: Database): Promise<void> {
  const { rows } = await database.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]!.standby) throw new Unavailable(standbyFault, { needsOperator: true });
}
