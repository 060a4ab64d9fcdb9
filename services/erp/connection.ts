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
  const isPlainAllowed = isLoopback(address) || config.allowPlain;
  const [sslmode, ssl] = [address.searchParams.get('sslmode'), address.searchParams.get('ssl')];
  if ((sslmode === 'disable' || ssl === '0' || ssl === 'false') && !isPlainAllowed) throw plainRefused();
  if (sslmode !== null || isPlainAllowed) return { connectionString: config.url };
  return { connectionString: config.url, ssl: { rejectUnauthorized: true } };
}

function isLoopback(address: URL): boolean {
  return loopback.has(address.hostname);
}

function plainRefused(): Rejected {
  return new Rejected({
    code: 'erp.plain_connection',
    what: 'erp.connection.url asks for an unencrypted connection to another machine',
    fix: 'Remove sslmode=disable (or ssl=0), or allow it by name: erp.connection.allowPlain: true',
  });
}
