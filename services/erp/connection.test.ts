import { describe, expect, it } from '@jest/globals';
import { connectionOf } from './connection.ts';

const limits = { maxConnections: 4, statementTimeoutMs: 8_000 };
const of = (url: string, allowPlain = false) => connectionOf({ url, allowPlain, ...limits });

describe('the connection to the database', () => {
  it.each(['postgres://db.example/erp', 'postgres://db.example/erp?ssl=1'])('%s is encrypted', (url) => {
    expect(of(url)).toEqual({ connectionString: url, ssl: { rejectUnauthorized: true } });
  });

  it.each([
    ['postgres://127.0.0.1/erp', false],
    ['postgres://[::1]/erp', false],
    ['postgres://db.example/erp', true],
    ['postgres://db.example/erp?sslmode=no-verify', false],
    ['postgres://db.example/erp?sslmode=disable', true],
  ])('%s is taken as it is, plain text allowed: %s', (url, allowPlain) => {
    expect(of(url, allowPlain)).toEqual({ connectionString: url });
  });

  it.each(['?sslmode=disable', '?ssl=0', '?ssl=false'])('%s is refused to another machine', (query) => {
    expect(() => of(`postgres://db.example/erp${query}`)).toThrow('allowPlain');
  });
});
