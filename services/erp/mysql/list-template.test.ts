import { describe, expect, it } from '@jest/globals';
import { ListTemplate } from './list-template.ts';

const offered = { keys: 'list', rows: 'rows', since: 'value' } as const;
const bind = (sql: string, given = {}) => new ListTemplate(sql, offered, 'a.place').bind(given);

describe('SQL for a database without arrays', () => {
  const query = 'select * from p where ($keys is null or p.id IN ( $keys ))';

  it('takes each key for a parameter of its own, and says whether there are any', () => {
    expect(bind(query, { keys: ['1', '2'] })).toEqual({
      text: 'select * from p where (false or p.id IN ( ?, ? ))',
      values: ['1', '2'],
    });
    expect(bind(query)).toEqual({ text: 'select * from p where (true or p.id IN ( null ))', values: [] });
    expect(bind(query, { keys: [] }).text).toContain('(false or p.id IN ( null ))');
    expect(bind('$keys is not null', { keys: [] }).text).toBe('true');
  });

  it('takes a key of several columns for a row', () => {
    expect(
      bind('(a, b) in ($keys)', {
        keys: [
          ['1', 'x'],
          ['2', null],
        ],
      }),
    ).toEqual({
      text: '(a, b) in ((?, ?), (?, ?))',
      values: ['1', 'x', '2', null],
    });
  });

  it('takes a column of the rows, each value once', () => {
    const rows = [{ id: '1' }, { id: null }, { id: '2' }, { id: '1' }];
    expect(bind('l.delivery in ($rows.id)', { rows })).toEqual({
      text: 'l.delivery in (?, ?)',
      values: ['1', '2'],
    });
    expect(
      new ListTemplate('a in ($rows.id) or b in ($rows.`Art Nr`)', offered, '').columnsOf('rows'),
    ).toEqual(['id', 'Art Nr']);
    expect(new ListTemplate("json_table($rows, '$[*]')", offered, '').columnsOf('rows')).toBeNull();
  });

  it('gives lists as JSON elsewhere, and single values as they are', () => {
    const sql = "select * from json_table($keys, '$[*]' columns (k int path '$')) j where at > $since";
    expect(bind(sql, { keys: ['1'], since: '2026-01-01' })).toEqual({
      text: "select * from json_table(?, '$[*]' columns (k int path '$')) j where at > ?",
      values: ['["1"]', '2026-01-01'],
    });
  });

  it.each([
    "'$keys'",
    '"$keys ?"',
    '`$keys?`',
    '-- $keys ?\n1',
    '# $keys ?\n1',
    '/* $keys ? */ 1',
    "'it\\'s $keys'",
  ])('touches nothing in %s', (sql) => {
    expect(bind(sql)).toEqual({ text: sql, values: [] });
  });

  it.each(['$key', '?', 'a in ($keys.id)', 'a = $rows.id', '$1'])('refuses %s', (sql) => {
    // A dollar before a digit is no name: the server itself refuses it.
    if (sql === '$1') expect(bind(sql).text).toBe('$1');
    else expect(() => bind(sql)).toThrow('[config.sql_parameter]');
  });
});
