/**
 * What an error of the MySQL protocol means, by number, SQLSTATE and system error code, never by text. Numbers are those
 * of MariaDB's and MySQL's lists of server errors, which agree where both have one.
 */
import { Rejected, Unavailable, foreignText } from '../../platform/errors.ts';

interface DriverError {
  code?: string;
  errno?: number;
  sqlState?: string;
  message?: string;
}

/** Numbers of the server, by what they mean for who asks. */
const kinds: readonly { code: string; fix: string; errnos: readonly number[]; needsOperator?: true }[] = [
  {
    code: 'erp.unreachable',
    fix: 'Check that the database runs and that host, port and network are right; it is tried again',
    // Too many connections, aborted, shutting down, killed.
    errnos: [1040, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 3169],
  },
  {
    code: 'erp.login_refused',
    fix: 'Correct user and password in erp.connection.url, or let the user in from this host (CREATE USER … @host)',
    errnos: [1044, 1045, 1049, 1129, 1130, 1251, 1698, 1862],
    needsOperator: true,
  },
  {
    code: 'erp.right_missing',
    fix: "Grant the right to Cartage's database user: GRANT SELECT ON the tables that the queries read",
    errnos: [1142, 1143, 1227, 1370],
    needsOperator: true,
  },
  {
    code: 'erp.resources_exhausted',
    fix: 'Free connections, memory or disk of the database server; it is tried again',
    errnos: [1021, 1037, 1038, 1041, 1203, 1226],
  },
  {
    code: 'erp.contention',
    fix: 'It is tried again; if it lasts, find what holds the locks in information_schema.innodb_trx',
    errnos: [1205, 1213],
  },
];

/** The query ran longer than it may: MariaDB, MySQL, killed by somebody. */
const slow = 'Make the statement faster (an index), or raise its deadline: erp.connection.statementTimeoutMs';
const deadlines = [1969, 3024, 1317];
/** Texts of several collations in one operation, which have no class of their own. */
const collations = [1267, 1270, 1271];
/** Texts that name users, objects or the SQL itself, and never a value of a row. */
const plain = new Set([
  1040, 1044, 1045, 1049, 1053, 1054, 1064, 1142, 1143, 1146, 1205, 1213, 1267, 1270, 1271, 1305, 1969, 3024,
]);

/** @param where names the SQL or what was done: `erp.streams.stock.query`. */
export function mysqlFault(where: string, error: unknown): Error {
  if (error instanceof Unavailable || error instanceof Rejected) return error;
  const given = error as DriverError;
  const { errno, sqlState } = given;
  const what = `${where} could not be asked`;
  if (given.code === 'PROTOCOL_SEQUENCE_TIMEOUT')
    return new Unavailable({ code: 'erp.deadline', what, fix: slow }, { perhapsRecord: true, cause: error });
  if (sqlState === undefined) return unreachable(what, given, error);
  const why = `error ${errno}, SQLSTATE ${sqlState}, ${wordsOf(given)}`;
  const kind = kinds.find(({ errnos }) => errnos.includes(errno ?? 0));
  if (kind)
    return new Unavailable(
      { code: kind.code, what, why, fix: kind.fix },
      { needsOperator: kind.needsOperator ?? false, cause: error },
    );
  if (deadlines.includes(errno ?? 0))
    return new Unavailable(
      { code: 'erp.deadline', what, why, fix: slow },
      { perhapsRecord: true, cause: error },
    );
  if (/^(2[12]|42|45|0A)/.test(sqlState) || collations.includes(errno ?? 0))
    return new Rejected(
      {
        code: 'erp.query',
        what: `${where} is refused by the database`,
        why,
        fix: 'Correct the SQL in the configuration; `cartage check` tries it',
      },
      { cause: error },
    );
  return new Unavailable(
    { code: 'erp.database_error', what, why, fix: "Read the database server's log" },
    { perhapsRecord: true, cause: error },
  );
}

/** No answer, or none that could be read: what is said is the driver's, or the operating system's. */
function unreachable(what: string, { code, message }: DriverError, cause: unknown): Unavailable {
  const isPlain = code === 'HANDSHAKE_NO_SSL_SUPPORT';
  return new Unavailable(
    {
      code: isPlain ? 'erp.plain_connection' : 'erp.unreachable',
      what,
      why: code === undefined ? String(message) : `${code}, ${message}`,
      fix: isPlain
        ? 'Let the server offer TLS (ssl_cert, ssl_key), or allow a plain connection by name: erp.connection.allowPlain: true'
        : 'Check that the database runs and that host, port, certificate and network are right; it is tried again',
    },
    { needsOperator: isPlain, cause },
  );
}

function wordsOf({ errno, message = '' }: DriverError): string {
  return plain.has(errno ?? 0) ? message : foreignText(message.replace(/'[^']*'/g, "'…'"));
}
