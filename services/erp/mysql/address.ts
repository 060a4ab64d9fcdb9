/** Where the ERP's MySQL or MariaDB is, and how it is reached, from the address in the configuration. */
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import { isThisMachine } from '../../platform/http/https.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Rejected } from '../../platform/errors.ts';
import { losslessOptions, losslessValue } from './values.ts';

const defaultPort = 3306;

/** `mysql://user:password@host:port/database`; MariaDB's own scheme is the same. */
export const isMysqlAddress = (url: string): boolean => /^(mysql|mariadb):\/\//.test(url);

type Address = Pick<Config['erp']['connection'], 'url' | 'allowPlain'>;

/**
 * The driver compares a certificate with a name alone: of a server that is named by its address it takes one for
 * localhost, and no other.
 * @throws Rejected when the connection is to be encrypted, and names one so.
 */
export function refuseUncheckable(address: Address): void {
  const { host, ssl } = mysqlOptions(address);
  if (ssl === undefined || isIP(host) === 0) return;
  throw new Rejected({
    code: 'erp.address_unchecked',
    what: 'erp.connection.url names the server by its address, and the driver can check the certificate of a name alone',
    fix: 'Name the server as its certificate does; or allow it by name to be plain: erp.connection.allowPlain: true',
  });
}

/**
 * Encrypted, with a certificate that is checked and carries the host's name, unless it stays on this machine or is
 * allowed by name to be plain. Authorities are those of the system and of NODE_EXTRA_CA_CERTS.
 */
export function mysqlOptions({
  url,
  allowPlain,
}: Address): ConnectionOptions & { host: string; database: string } {
  const { hostname, port, username, password, pathname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isPlain = allowPlain || isThisMachine(host);
  return {
    host,
    port: port === '' ? defaultPort : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    charset: 'utf8mb4',
    connectTimeout: 5_000,
    // A list of keys makes a text of its own for each length, and the server keeps each.
    maxPreparedStatements: 50,
    ...losslessOptions,
    typeCast: losslessValue,
    ...(!isPlain && { ssl: { rejectUnauthorized: true, verifyIdentity: true } }),
  } satisfies ConnectionOptions;
}
