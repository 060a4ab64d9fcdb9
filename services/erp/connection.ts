/**
 * Connections to the ERP's database as they are configured, and judged by what the driver makes of the address
 * itself: `?host=` beside the host, `sslmode`, `ssl`, `uselibpqcompat`, variables such as PGSSLMODE.
 */
import type { ConnectionOptions } from 'node:tls';
import { Client } from 'pg';
import type pg from 'pg';
import type { Configuration } from '../platform/config/read.ts';
import type { Config } from '../platform/config/schema.ts';
import { Rejected } from '../platform/errors.ts';
import { isThisMachine } from '../platform/http/https.ts';
import type { Log } from '../platform/telemetry/log.ts';

/** Who follows the log and asks, who writes orders, or who asks a standby: each by an address of its own where there is one. */
export type ErpRole = 'reader' | 'writer' | 'replica';

/**
 * The connection as `pg` takes it: encrypted, with a certificate that is checked and carries the host's name, unless
 * it stays on this machine or is allowed by name to be plain.
 * @throws Rejected when the address asks for less.
 */
export function connectionOf(config: Config['erp']['connection'], role: ErpRole = 'reader'): pg.ClientConfig {
  const { field, url } = addressOf(config, role);
  const asked = { connectionString: url };
  if (config.allowPlain || staysHere(driverOf(asked, field).host)) return asked;
  // What the address says itself wins over this.
  const encrypted = { ...asked, ssl: { rejectUnauthorized: true } };
  const lack = lackOf(driverOf(encrypted, field).ssl);
  if (lack !== null) throw insecure(lack, field);
  return encrypted;
}

function addressOf({ url, writerUrl, replicaUrl }: Config['erp']['connection'], role: ErpRole) {
  if (role === 'replica' && replicaUrl !== undefined)
    return { field: 'erp.connection.replicaUrl', url: replicaUrl };
  return role === 'writer' && writerUrl !== undefined
    ? { field: 'erp.connection.writerUrl', url: writerUrl }
    : { field: 'erp.connection.url', url };
}

/**
 * Asked for each new connection, so that changed secrets are used without a restart. An address that is no good when
 * it is read again leaves the known one in use.
 */
export function connectionSource(
  configuration: Pick<Configuration<'erp'>, 'config' | 'current'>,
  log: Log,
  role: ErpRole = 'reader',
): () => pg.ClientConfig {
  let known = connectionOf(configuration.config.erp.connection, role);
  return () => {
    const { connection } = configuration.current().erp;
    const { field, url } = addressOf(connection, role);
    if (url === known.connectionString) return known;
    try {
      known = connectionOf(connection, role);
    } catch (error) {
      const fault = error instanceof Rejected ? error.fault : { what: `${field} cannot be used` };
      log.warn(fault, 'the changed connection to the ERP is not used: the known one stays in use');
    }
    return known;
  };
}

/** A client connects to nothing by itself; this one only says where it would, and how. */
function driverOf(config: pg.ClientConfig, field: string): { host: string; ssl: unknown } {
  try {
    return new Client(config);
  } catch (error) {
    // Only of the system (a file of sslrootcert that is not there): other texts may quote the password.
    const { code } = error as NodeJS.ErrnoException;
    throw new Rejected({
      code: 'erp.connection',
      what: `${field} cannot be used`,
      ...(code && { why: code }),
      fix: 'Correct the address, and the files it names; `cartage check` tries it',
    });
  }
}

/** A socket of the file system, or a loopback address. */
function staysHere(host: string): boolean {
  return host.startsWith('/') || isThisMachine(host);
}

function lackOf(ssl: unknown): string | null {
  if (!ssl) return 'is not encrypted';
  if (ssl === true) return null;
  if (typeof ssl !== 'object') return 'the driver does not understand (ssl)';
  const { rejectUnauthorized, checkServerIdentity } = ssl as ConnectionOptions;
  if (rejectUnauthorized === false) return 'takes any certificate';
  return checkServerIdentity === undefined ? null : 'takes a certificate of any host';
}

function insecure(lack: string, field: string): Rejected {
  return new Rejected({
    code: 'erp.plain_connection',
    what: `${field} asks for a connection to another machine that ${lack}`,
    why: 'whoever is on the way could read orders and the password, or answer in place of the database',
    fix: 'Use sslmode=verify-full, with sslrootcert for an authority of your own; or allow it by name: erp.connection.allowPlain: true',
  });
}
