/** What an error means for the one order, or customer, at hand, by SQLSTATE (PostgreSQL manual, appendix A). */
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { databaseFault, isConnectionFault, isOfOneRow, redacted, unavailable } from '../sqlstate.ts';
import type { DatabaseFault } from '../sqlstate.ts';

export interface Place {
  /** What is written: `order`. */
  subject: string;
  /** The statement that failed, by its name in the configuration. */
  statement: string;
  /** COMMIT was sent: without an answer it may be done. */
  atCommit: boolean;
}

/** The ERP has a row with this value already; for a creation that means: look again. */
export function isRefusedAsDuplicate(error: unknown): boolean {
  return error instanceof Rejected && error.fault.code.endsWith(duplicate);
}

const duplicate = '.erp_duplicate';

export function sqlFault(error: unknown, place: Place): Error {
  if (error instanceof Rejected || error instanceof Unavailable) return error;
  const fault = databaseFault(error);
  const what = `Statement "${place.statement}" of the ${place.subject} export failed`;
  if (isConnectionFault(fault)) {
    // Past "begin" it may be this one record that brings the server down, or that it never answers.
    return unavailable(what, error, {
      outcome: place.atCommit ? 'unknown' : 'none',
      perhapsRecord: place.statement !== 'begin',
    });
  }
  const sqlState = fault.sqlState!;
  if (sqlState === '42501') return unavailable(what, error, { needsOperator: true });
  if (/^2[23]|^P0|^44/.test(sqlState)) return refusedValue(fault, place, error);
  if (sqlState.startsWith('42') || sqlState.startsWith('0A')) return wrongStatement(fault, place, error);
  // A statement that always times out (on a lock too), or makes the server fail, may do so because of this one record.
  return unavailable(what, error, { perhapsRecord: isOfOneRow(fault) });
}

function refusedValue(fault: DatabaseFault, place: Place, cause: unknown): Rejected {
  const at = [
    fault.constraint && `constraint ${fault.constraint}`,
    fault.table && `table ${fault.table}`,
    fault.column && `column ${fault.column}`,
  ].filter(Boolean);
  return new Rejected(
    {
      code: place.subject + refusalCode(fault.sqlState!),
      what: `The ERP refused the ${place.subject} in statement "${place.statement}"${at.length > 0 ? ` (${at.join(', ')})` : ''}`,
      why: redacted(fault),
      fix: `Correct the mapping of codes, the statement, or the data that it refers to in the ERP; then release the ${place.subject}`,
    },
    { cause: new Error(`SQLSTATE ${fault.sqlState}`, { cause: (cause as Error).name }) },
  );
}

function refusalCode(sqlState: string): string {
  if (sqlState === '23505') return duplicate;
  return sqlState.startsWith('23') ? '.erp_constraint' : '.erp_value';
}

function wrongStatement(fault: DatabaseFault, place: Place, cause: unknown): Rejected {
  return new Rejected(
    {
      code: `${place.subject}.erp_statement`,
      what: `Statement "${place.statement}" of the ${place.subject} export is wrong`,
      why: redacted(fault),
      fix: 'Correct its SQL in the configuration; `cartage check` tries it without running it',
    },
    { cause },
  );
}
