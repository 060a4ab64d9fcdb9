import { describe, expect, it } from '@jest/globals';
import { connectionOf } from './connection.ts';

const limits = {
  maxConnections: 4,
  statementTimeoutMs: 8_000,
  loadTimeoutMs: 60_000,
  rowSecurity: 'refuse' as const,
};
const of = (url: string, allowPlain = false) => connectionOf({ url, allowPlain, ...limits });

describe('the connection to the database', () => {
  it.each([
    'postgres://db.example/erp',
    'postgres://db.example/erp?ssl=1',
    'postgres://db.example/erp?sslmode=verify-full',
    'postgres://db.example/erp?sslmode=require',
    'postgres://db.example/erp?uselibpqcompat=true&sslmode=verify-full',
    // Loopback to the eye only.
    'postgres://127.0.0.1/erp?host=db.example',
    'postgres://localhost.evil.example/erp',
    'postgres://127.0.0.1@db.example/erp',
  ])('%s is encrypted and checked', (url) => {
    expect(of(url)).toEqual({ connectionString: url, ssl: { rejectUnauthorized: true } });
  });

  it.each([
    'postgres://127.0.0.1/erp',
    'postgres://127.1/erp',
    'postgres://[::1]/erp',
    'postgres://[::ffff:127.0.0.1]/erp',
    'postgres://localhost/erp?sslmode=disable',
    'postgres://%2Fvar%2Frun%2Fpostgresql/erp',
    'postgres://db.example/erp?host=127.0.0.1',
  ])('%s stays on this machine and is taken as it is', (url) => {
    expect(of(url)).toEqual({ connectionString: url });
  });

  it.each([
    ['?sslmode=disable', 'is not encrypted'],
    ['?ssl=0', 'is not encrypted'],
    ['?ssl=false', 'the driver does not understand'],
    ['?sslmode=no-verify', 'takes any certificate'],
    ['?ssl=no-verify', 'takes any certificate'],
    ['?uselibpqcompat=true&sslmode=require', 'takes any certificate'],
    ['?uselibpqcompat=true&sslmode=prefer', 'takes any certificate'],
    [
      `?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=${import.meta.filename}`,
      'a certificate of any host',
    ],
  ])('%s is refused to another machine, unless it is allowed by name', (query, lack) => {
    for (const address of [`db.example/erp${query}`, `127.0.0.1/erp${query}&host=db.example`])
      expect(() => of(`postgres://${address}`)).toThrow(lack);
    expect(of(`postgres://db.example/erp${query}`, true)).toEqual({
      connectionString: `postgres://db.example/erp${query}`,
    });
  });

  it('is made as the role that writes orders where there is one, else as the one for both', () => {
    const [url, writerUrl] = ['postgres://r@127.0.0.1/erp', 'postgres://w@127.0.0.1/erp'];
    const as = (role: 'reader' | 'writer', given: { url: string; writerUrl?: string }) =>
      connectionOf({ ...given, allowPlain: false, ...limits }, role).connectionString;
    expect([as('reader', { url, writerUrl }), as('writer', { url, writerUrl })]).toEqual([url, writerUrl]);
    expect(as('writer', { url })).toBe(url);
    const plain = { url, writerUrl: 'postgres://w@db.example/erp?sslmode=disable' };
    expect(() => as('writer', plain)).toThrow(/erp\.connection\.writerUrl/);
  });

  it('says which part is no good without showing the password', () => {
    const url = 'postgres://me:s3cret@db.example/erp?sslrootcert=/nowhere/ca.pem';
    expect(() => of(url)).toThrow('ENOENT');
    expect(() => of(url)).not.toThrow('s3cret');
  });
});
