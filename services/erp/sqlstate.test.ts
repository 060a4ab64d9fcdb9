import { describe, expect, it } from '@jest/globals';
import { databaseFault, isGoingDown, masked, redacted, unavailable } from './sqlstate.ts';

const said = (code: string, more: object = {}) =>
  Object.assign(new Error('near "secret" of a@b.example'), { code, severity: 'ERROR', ...more });

describe('what an error of the database means', () => {
  it.each([
    ['08006', 'erp.unreachable', false],
    ['57P01', 'erp.unreachable', false],
    ['57P02', 'erp.unreachable', false],
    ['57P03', 'erp.unreachable', false],
    ['57P05', 'erp.unreachable', false],
    ['28P01', 'erp.login_refused', true],
    ['3D000', 'erp.database_error', true],
    ['42501', 'erp.right_missing', true],
    ['42P01', 'erp.database_error', true],
    ['F0000', 'erp.database_error', true],
    ['55000', 'erp.database_error', true],
    ['55006', 'erp.database_error', false],
    ['53300', 'erp.resources_exhausted', false],
    ['57014', 'erp.deadline', false],
    ['25006', 'erp.read_only', false],
    ['40P01', 'erp.contention', false],
    ['55P03', 'erp.contention', false],
    ['XX000', 'erp.database_error', false],
  ])('%s: %s, and whether a person must mend it: %s', (code, expected, needsOperator) => {
    const error = unavailable('What was done', said(code));
    expect(error).toMatchObject({ needsOperator, fault: { code: expected, what: 'What was done' } });
    expect(error.fault.why).toContain(`SQLSTATE ${code}`);
    expect(unavailable('x', said(code), { needsOperator: !needsOperator }).needsOperator).toBe(
      !needsOperator,
    );
  });

  it('has a way out of its own for each', () => {
    const codes = ['08006', '28P01', '42501', '53300', '57014', '25006', '40P01', 'XX000'];
    expect(new Set(codes.map((code) => unavailable('x', said(code)).fault.fix)).size).toBe(codes.length);
  });

  it('without an answer is told by the system', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(unavailable('x', refused)).toMatchObject({
      needsOperator: false,
      fault: { code: 'erp.unreachable', why: 'connect ECONNREFUSED' },
    });
    // Five capitals, and not of the server.
    const pipe = Object.assign(new Error('write'), { code: 'EPIPE' });
    expect(databaseFault(pipe)).toEqual({ sqlState: null, systemCode: 'EPIPE', message: 'write' });
    expect(databaseFault('broken')).toEqual({ sqlState: null, systemCode: null, message: 'broken' });
    expect(databaseFault(null)).toMatchObject({ sqlState: null, message: 'null' });
  });

  it.each([
    ['57P01', true],
    ['57P02', true],
    ['57P03', true],
    ['57P04', false],
    ['57P05', false],
    ['08006', false],
  ])('%s says that the server goes down: %s', (code, isDown) => {
    expect(isGoingDown(databaseFault(said(code)))).toBe(isDown);
  });

  it('names what a check of the server names, and nothing that a statement made up', () => {
    const names = { constraint: 'c', table: 't', column: 'x' };
    expect(databaseFault(said('23514', { ...names, routine: 'ExecConstraints' }))).toMatchObject(names);
    const raised = databaseFault(said('23514', { ...names, routine: 'exec_stmt_raise' }));
    expect(Object.keys(raised)).toEqual(['sqlState', 'systemCode', 'message', 'routine']);
    expect(databaseFault(said('23514', names))).not.toHaveProperty('constraint');
  });

  it('repeats words only where they name no row', () => {
    expect(redacted(databaseFault(said('28P01', { routine: 'auth_failed' })))).toBe(
      'SQLSTATE 28P01, near "secret" of a@b.example',
    );
    const other = redacted(databaseFault(said('22P02', { routine: 'pg_strtoint32' })));
    expect(other).toContain('SQLSTATE 22P02, ');
    expect(other).not.toMatch(/secret|example/);
    expect(masked('Key "email" = a@b.example is "there"')).toBe('Key "…" = … is "…"');
  });
});
