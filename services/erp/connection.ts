import type pg from 'pg';
import type { Config } from '../platform/config/schema.ts';
import { Rejected } from '../platform/errors.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

/**
 * The configured connection as `pg` takes it. Encrypted with a checked certificate, unless the host is loopback or
 * plain text is allowed by name (R14); `sslmode` in the address wins.
 */
export function connectionOf(config: Config['erp']['connection']): pg.ClientConfig {
  const address = new URL(config.url);
  if (address.searchParams.has('sslmode')) {
    if (address.searchParams.get('sslmode') === 'disable' && !isLoopback(address) && !config.allowPlain)
      throw plainRefused();
    return { connectionString: config.url };
  }
  if (isLoopback(address) || config.allowPlain) return { connectionString: config.url };
  return { connectionString: config.url, ssl: { rejectUnauthorized: true } };
}

function isLoopback(address: URL): boolean {
  return loopback.has(address.hostname);
}

function plainRefused(): Rejected {
  return new Rejected({
    code: 'erp.plain_connection',
    what: 'erp.connection.url asks for an unencrypted connection to another machine',
    fix: 'Remove sslmode=disable, or allow it by name: erp.connection.allowPlain: true',
  });
}
