import { describe, expect, it } from '@jest/globals';
import { Rejected } from '../../platform/errors.ts';
import { isMysqlAddress, mysqlOptions, refuseUncheckable } from './address.ts';
import { mysqlFault } from './faults.ts';
import { losslessValue } from './values.ts';

const said = (errno: number | undefined, sqlState: string | undefined, more: object = {}) =>
  mysqlFault(
    'erp.streams.stock.query',
    Object.assign(new Error(`no 'secret'`), { errno, sqlState, ...more }),
  );

describe('what a server of MySQL says', () => {
  it.each([
    [1040, '08004', { code: 'erp.unreachable', needsOperator: false, perhapsRecord: false }],
    [1045, '28000', { code: 'erp.login_refused', needsOperator: true, perhapsRecord: false }],
    [1142, '42000', { code: 'erp.right_missing', needsOperator: true }],
    [1038, 'HY001', { code: 'erp.resources_exhausted', needsOperator: false }],
    [1213, '40001', { code: 'erp.contention', needsOperator: false }],
    [1969, '70100', { code: 'erp.deadline', perhapsRecord: true }],
    [3024, 'HY000', { code: 'erp.deadline', perhapsRecord: true }],
    [1054, '42S22', { code: 'erp.query', name: 'Rejected' }],
    [1292, '22007', { code: 'erp.query', name: 'Rejected' }],
    [1644, '45000', { code: 'erp.query', name: 'Rejected' }],
    [1105, 'HY000', { code: 'erp.database_error', perhapsRecord: true }],
    [undefined, 'HY000', { code: 'erp.database_error', perhapsRecord: true }],
  ])('by %s, %s', (errno, sqlState, { code, ...more }) => {
    expect(said(errno, sqlState)).toMatchObject({ ...more, fault: { code } });
  });

  it.each([
    ['PROTOCOL_SEQUENCE_TIMEOUT', { code: 'erp.deadline', perhapsRecord: true }],
    ['ECONNREFUSED', { code: 'erp.unreachable', needsOperator: false }],
    ['HANDSHAKE_NO_SSL_SUPPORT', { code: 'erp.plain_connection', needsOperator: true }],
    [undefined, { code: 'erp.unreachable' }],
  ])('or does not: %s', (given, { code, ...more }) => {
    expect(said(undefined, undefined, { code: given })).toMatchObject({ ...more, fault: { code } });
  });

  // Numbers of MariaDB's and MySQL's lists of server errors.
  it.each([
    ['erp.unreachable', [1040, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 3169]],
    ['erp.login_refused', [1044, 1045, 1049, 1129, 1130, 1251, 1698, 1862]],
    ['erp.right_missing', [1142, 1143, 1227, 1370]],
    ['erp.resources_exhausted', [1021, 1037, 1038, 1041, 1203, 1226]],
    ['erp.contention', [1205, 1213]],
    ['erp.deadline', [1317, 1969, 3024]],
    ['erp.query', [1267, 1270, 1271]],
  ])('%s: %j', (code, errnos) => {
    for (const errno of errnos) expect(said(errno, 'HY000')).toMatchObject({ fault: { code } });
  });

  it.each([
    1040, 1044, 1045, 1049, 1053, 1054, 1064, 1142, 1143, 1146, 1205, 1213, 1267, 1270, 1271, 1305, 1969,
    3024,
  ])('is repeated where it names users, objects or the SQL alone: %d', (errno) => {
    expect((said(errno, 'HY000') as Rejected).fault.why).toContain(`no 'secret'`);
  });

  it('is told without the values that it quotes, unless it quotes none', () => {
    const whyOf = (errno: number) => (said(errno, '42000') as Rejected).fault.why;
    expect(whyOf(1292)).not.toContain('secret');
    expect(whyOf(1064)).toContain(`error 1064, SQLSTATE 42000, no 'secret'`);
    const ours = new Rejected({ code: 'x', what: 'x', fix: 'x' });
    expect(mysqlFault('here', ours)).toBe(ours);
  });
});

describe('the address of a MySQL', () => {
  const of = (url: string, allowPlain = false) => mysqlOptions({ url, allowPlain });
  it('is told by its scheme', () => {
    expect(['mysql://a', 'mariadb://a', 'postgres://a', 'mysql:a'].map(isMysqlAddress)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('names host, port, user and database, whatever is special in them', () => {
    expect(of('mysql://a%40b:p%2Fw@db.example:3307/my%20erp')).toMatchObject({
      host: 'db.example',
      port: 3307,
      user: 'a@b',
      password: 'p/w',
      database: 'my erp',
      supportBigNumbers: true,
      bigNumberStrings: true,
      decimalNumbers: false,
      dateStrings: true,
      jsonStrings: true,
      ssl: { rejectUnauthorized: true, verifyIdentity: true },
    });
    expect(of('mariadb://u@[::1]/erp')).toMatchObject({ host: '::1', port: 3306 });
  });

  it('is encrypted unless it stays here, or is allowed by name to be plain', () => {
    expect(of('mysql://u@127.0.0.1/erp')).not.toHaveProperty('ssl');
    expect(of('mysql://u@db.example/erp', true)).not.toHaveProperty('ssl');
  });

  it('is refused where it is an address whose certificate the driver could not check', () => {
    const refuse = (url: string, allowPlain = false) => refuseUncheckable({ url, allowPlain });
    for (const url of ['mysql://u@10.0.0.7/erp', 'mysql://u@[fd00::7]/erp'])
      expect(() => refuse(url)).toThrow('erp.address_unchecked');
    for (const url of ['mysql://u@db.example/erp', 'mysql://u@127.0.0.1/erp', 'mysql://u@[::1]/erp'])
      expect(() => refuse(url)).not.toThrow();
    expect(() => refuse('mysql://u@10.0.0.7/erp', true)).not.toThrow();
  });
});

describe('a value of MySQL', () => {
  const value = (
    type: string,
    given: unknown,
    more: { extendedFormat?: string; bits?: Buffer | null } = {},
  ) =>
    losslessValue(
      { type, extendedFormat: more.extendedFormat, buffer: () => more.bits ?? null },
      () => given,
    );
  it.each<[string, unknown, unknown, object?]>([
    ['LONG', 7, 7],
    ['LONGLONG', '9007199254740993', '9007199254740993'],
    ['VAR_STRING', null, null],
    ['BLOB', Buffer.from([1, 255]), '\\x01ff'],
    ['JSON', '{"a":1}', { a: 1 }],
    ['BLOB', '{"a":1}', { a: 1 }, { extendedFormat: 'json' }],
    ['BLOB', '{"a":1}', '{"a":1}'],
    ['TIMESTAMP', '2026-01-02 03:04:05.5', '2026-01-02T03:04:05.5Z'],
    ['DATETIME', '2026-01-02 03:04:05', '2026-01-02T03:04:05'],
    ['DATE', '2026-01-02', '2026-01-02'],
    ['BIT', 'x', 1, { bits: Buffer.from([1]) }],
    ['BIT', 'x', 258, { bits: Buffer.from([1, 2]) }],
    ['BIT', 'x', null],
    ['BIT', 'x', Number.MAX_SAFE_INTEGER, { bits: Buffer.from([31, 255, 255, 255, 255, 255, 255]) }],
    ['BIT', 'x', '9007199254740992', { bits: Buffer.from([32, 0, 0, 0, 0, 0, 0]) }],
  ])('of %s %j is %j', (type, given, expected, ...[more]) => {
    expect(value(type, given, more)).toEqual(expected);
  });
});
