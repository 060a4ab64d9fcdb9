import { describe, expect, it } from '@jest/globals';
import { Rejected } from '../../platform/errors.ts';
import { bindSql, compileSql } from './sql-template.ts';

const types = { keys: null, rows: 'jsonb' };
const compile = (sql: string) => compileSql(sql, types, 'streams.stock.query');

describe('named parameters', () => {
  it('become positions, the same name the same position, and keep their casts', () => {
    expect(compile('select 1 where $keys::int[] is null or id = any($keys) or $rows is null')).toEqual({
      text: 'select 1 where $1::int[] is null or id = any($1) or ($2::jsonb) is null',
      parameters: ['keys', 'rows'],
    });
  });

  it.each([
    ["select '$keys', 'it''s $keys'"],
    [String.raw`select E'a\'$keys' || e'\\'`],
    ['select "a$keys" as "x""$keys"'],
    ['select $$ $keys $$ || $body$ $$ $keys $body$'],
    ["-- don't touch $keys\nselect 1"],
    ['/* outer /* $keys */ still $keys */ select 1'],
    ['select price$keys from t'],
  ])('leaves %s alone', (sql) => {
    expect(compile(sql)).toEqual({ text: sql, parameters: [] });
  });

  it('goes on after a quoted part', () => {
    expect(compile('select \'x\' || $keys || "y"').parameters).toEqual(['keys']);
    expect(compile("select E'\\\\', $keys").parameters).toEqual(['keys']);
  });

  it('refuses an unknown name with the place, the name and what there is', () => {
    const broken = () => compile('select $kyes');
    expect(broken).toThrow(Rejected);
    expect(broken).toThrow('streams.stock.query uses $kyes, which does not exist there. Use $keys, $rows');
    expect(() => compile('select $1')).toThrow('$1');
  });

  it('binds in the order of the text, null for what was not given', () => {
    const template = compile('select $rows, $keys, $rows');
    expect(bindSql(template, { keys: ['1'] })).toEqual([null, ['1']]);
  });
});
