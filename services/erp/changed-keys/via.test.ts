import { describe, expect, it } from '@jest/globals';
import { changedRows } from '../sources/changes.ts';
import { keysOfRows, viaColumns } from './via.ts';

describe('a way round', () => {
  it('tells which columns of the rows it reads', () => {
    expect(
      viaColumns(
        'select l.product_id from jsonb_to_recordset($rows) r(id int) join delivery_line l on l.delivery_id = r.id',
      ),
    ).toEqual(['id']);
    expect(
      viaColumns(
        'select x from jsonb_to_recordset( $rows::jsonb ) AS r(Id int, "Odd" numeric(12,4), x text)',
      ),
    ).toEqual(['id', 'Odd', 'x']);
  });

  it('that reads them in another way needs them all', () => {
    expect(viaColumns(`select r->>'id' from jsonb_array_elements($rows) r`)).toBeNull();
    expect(
      viaColumns(`select 1 from jsonb_to_recordset($rows) r(id int), jsonb_array_elements($rows) e`),
    ).toBeNull();
  });

  it('sees old and new rows, each once', () => {
    const change = { table: 't', kind: 'update', old: { id: '1' }, new: { id: '2' } } as const;
    expect(changedRows([change, change, { ...change, kind: 'delete', new: null }])).toEqual([
      { id: '1' },
      { id: '2' },
    ]);
  });

  it('gives keys of one column as text, of several by name, without nulls and repetition', () => {
    expect(keysOfRows([{ id: 1 }, { id: '1' }, { id: null }, { id: 22n.toString() }])).toEqual(['1', '22']);
    expect(
      keysOfRows([
        { a: 1, b: 'x' },
        { a: 1, b: 'x' },
      ]),
    ).toEqual([{ a: '1', b: 'x' }]);
  });
});
