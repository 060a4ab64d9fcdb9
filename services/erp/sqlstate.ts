/**
 * What an error of `pg` means, by SQLSTATE and system error code, never by text
 * (texts are translated by the server's `lc_messages`, and change between versions).
 */
import { Unavailable, foreignText } from '../platform/errors.ts';
import type { UnavailableOptions } from '../platform/errors.ts';

export interface DatabaseFault {
  /** Five characters, or null when the server said nothing (the connection failed). */
  sqlState: string | null;
  /** Of the operating system, when there was no connection: ECONNREFUSED, ETIMEDOUT, ... */
  systemCode: string | null;
  /** Of the driver or the operating system where there is no SQLSTATE, else the server's: see `redacted`. */
  message: string;
  /** The server's function that reported it. SQL and PL code cannot choose it, as they can SQLSTATE and names. */
  routine?: string;
  constraint?: string;
  table?: string;
  column?: string;
}

export function databaseFault(error: unknown): DatabaseFault {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const code = text('code');
  // EPIPE has five capitals too: only the server's own errors carry a severity beside the code.
  const isServerError = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && text('severity') !== undefined;
  const routine = text('routine');
  const named = ['constraint', 'table', 'column'].filter((name) => text(name) !== undefined);
  return {
    sqlState: isServerError ? code : null,
    systemCode: isServerError ? null : (code ?? null),
    message: error instanceof Error ? error.message : String(error),
    ...(routine !== undefined && { routine }),
    // RAISE may put anything into these; what checks a constraint puts names.
    ...(constraintRoutines.has(routine ?? '') && Object.fromEntries(named.map((name) => [name, text(name)]))),
  };
}

const constraintRoutines = new Set([
  'ExecConstraints',
  'ReportNotNullViolationError',
  'ExecWithCheckOptions',
  'ExecPartitionCheckEmitError',
  'ExecEvalConstraintCheck',
  'ExecEvalConstraintNotNull',
  '_bt_check_unique',
  'check_exclusion_or_unique_constraint',
  'ri_ReportViolation',
]);

/** Functions whose texts name roles, databases, tables, slots or limits, and never a value of a row. */
const plainRoutines = new Set([
  'auth_failed',
  'ClientAuthentication',
  'InitializeSessionUserId',
  'InitPostgres',
  'CheckMyDatabase',
  'InitProcess',
  'ProcessStartupPacket',
  'aclcheck_error',
  'aclcheck_error_col',
  'ProcessInterrupts',
  'DeadLockReport',
  'LockAcquireExtended',
  'PreventCommandIfReadOnly',
  'ReplicationSlotAcquire',
  'ReplicationSlotCreate',
  'CheckLogicalDecodingRequirements',
  'GetPublicationByName',
]);

/** Always the SQLSTATE. Words, where nobody asked for all of them, of the driver and of what quotes no row in the server. */
export function redacted({ sqlState, message, routine }: DatabaseFault): string {
  if (sqlState === null) return message;
  const words = plainRoutines.has(routine ?? '') ? message : foreignText(masked(message));
  return `SQLSTATE ${sqlState}, ${words}`;
}

/**
 * The server's words without the values it quotes ("invalid input syntax for type integer: …", "Key (email)=(…)"):
 * rows of an ERP hold personal data. Names of columns and constraints stand in quotes too; they are reported apart.
 */
export function masked(message: string): string {
  return message.replace(/"[^"]*"/g, '"…"').replace(/\S+@\S+/g, '…');
}

/** The connection is gone or could not be made; the statement may or may not have been carried out. */
export function isConnectionFault({ sqlState }: DatabaseFault): boolean {
  return sqlState === null || sqlState.startsWith('08') || /^57P0[1235]$/.test(sqlState);
}

/** May be the fault of one row: it takes too long, is too large, or lies on a damaged page. */
export function isOfOneRow({ sqlState }: DatabaseFault): boolean {
  return /^(57014|55P03|54|XX|58)/.test(sqlState ?? '');
}

/** The server is being shut down, has crashed, or is not up yet. */
export function isGoingDown({ sqlState }: DatabaseFault): boolean {
  return /^57P0[123]$/.test(sqlState ?? '');
}

/** Nothing but a person can mend it: password, missing database, missing right, wrong configuration. */
export function needsOperator({ sqlState }: DatabaseFault): boolean {
  return sqlState !== null && (/^(28|3D|42|F0)/.test(sqlState) || sqlState === '55000');
}

/** An `Unavailable` as the server's error means it; `what` is the sentence before. */
export function unavailable(what: string, error: unknown, options: UnavailableOptions = {}): Unavailable {
  const fault = databaseFault(error);
  const operator = options.needsOperator ?? needsOperator(fault);
  return new Unavailable(
    {
      code: unavailableCode(fault),
      what,
      why: redacted(fault),
      fix: unavailableFix(fault),
    },
    { ...options, needsOperator: operator, cause: error },
  );
}

function unavailableCode(fault: DatabaseFault): string {
  if (isConnectionFault(fault)) return 'erp.unreachable';
  if (fault.sqlState?.startsWith('28')) return 'erp.login_refused';
  if (fault.sqlState === '42501') return 'erp.right_missing';
  if (fault.sqlState?.startsWith('53')) return 'erp.resources_exhausted';
  if (fault.sqlState === '57014') return 'erp.deadline';
  if (fault.sqlState === '25006') return 'erp.read_only';
  if (fault.sqlState !== null && /^(40|55P03)/.test(fault.sqlState)) return 'erp.contention';
  return 'erp.database_error';
}

function unavailableFix(fault: DatabaseFault): string {
  switch (unavailableCode(fault)) {
    case 'erp.unreachable':
      return 'Check that the database runs and that host, port and network are right; it is tried again';
    case 'erp.login_refused':
      return 'Correct user and password, or allow the host in pg_hba.conf';
    case 'erp.right_missing':
      return "Grant the right to Cartage's database user; `cartage check` prints the statement";
    case 'erp.resources_exhausted':
      return 'Free connections, memory or disk of the database server; it is tried again';
    case 'erp.deadline':
      return 'Make the statement faster (an index, smaller batches) or raise its deadline';
    case 'erp.read_only':
      return 'Point Cartage at the primary server; this one accepts no writes';
    case 'erp.contention':
      return 'It is tried again; if it lasts, find what holds the locks in pg_stat_activity';
    default:
      return "Read the database server's log";
  }
}
