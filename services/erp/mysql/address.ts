/** Where the ERP's MySQL or MariaDB is, and how it is reached, from the address in the configuration. */
import type { ConnectionOptions } from 'mysql2';
import { isThisMachine } from '../../platform/http/https.ts';
import type { Config } from '../../platform/config/schema.ts';
import { losslessOptions, losslessValue } from './values.ts';

const defaultPort = 3306;

/** `mysql://user:password@host:port/database`; MariaDB's own scheme is the same. */
export const isMysqlAddress = (url: string): boolean => /^(mysql|mariadb):\/\//.test(url);

/**
 * Encrypted, with a certificate that is checked and carries the host's name, unless it stays on this machine or is
 * allowed by name to be plain. Authorities are those of the system and of NODE_EXTRA_CA_CERTS.
 */
export function mysqlOptions({ url, allowPlain }: Pick<Config['erp']['connection'], 'url' | 'allowPlain'>) {
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
