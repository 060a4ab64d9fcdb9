/** What an error of a query of the configuration means. */
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { databaseFault, isOfOneRow, redacted, unavailable } from '../sqlstate.ts';

/** A query that is wrong or meets data it cannot take is the configuration's fault; it names the SQL. */
export function queryFault(where: string, error: unknown): Error {
  if (error instanceof Unavailable || error instanceof Rejected) return error;
  const fault = databaseFault(error);
  if (fault.routine === 'check_enable_rls') return hidden(where, error);
  if (fault.sqlState === '42501' || !/^(22|42|P0|0A|21|25006)/.test(fault.sqlState ?? '')) {
    return unavailable(`${where} could not be asked`, error, { perhapsRecord: isOfOneRow(fault) });
  }
  return new Rejected(
    {
      code: 'erp.query',
      what: `${where} is refused by the database`,
      why: redacted(fault),
      fix: 'Correct the SQL in the configuration; `cartage check` tries it without running it',
    },
    { cause: error },
  );
}

function hidden(where: string, cause: unknown): Unavailable {
  return new Unavailable(
    {
      code: 'erp.row_security',
      what: `${where} is not asked: a policy (row-level security) decides which rows our role sees`,
      why: 'what it does not see would be told to the shop as deleted',
      fix: 'Run: ALTER ROLE ... BYPASSRLS; or, where the policies show it all that the shop sells, set erp.connection.rowSecurity: accept',
    },
    { needsOperator: true, cause },
  );
}
