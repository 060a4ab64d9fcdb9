import { describe, expect, it } from '@jest/globals';
import { SqlPollReader } from './sql-poll-reader.ts';
import type { PollDatabase, SqlPollReaderOptions } from './sql-poll-reader.ts';

type Row = { id: number; version: string | null };

/** A database that knows no more than what a poll asks of it. */
function readerOf(
  rows: Row[],
  rowsPerPage: number,
  more: Partial<PollDatabase> & { tables?: SqlPollReaderOptions['tables'] } = {},
) {
  const asked: { sql: string; values: readonly string[] }[] = [];
  const database: PollDatabase = {
    rows: async (_where, sql, values) => {
      asked.push({ sql, values });
      await Promise.resolve();
      const sorted = rows
        .filter((row) => row.version !== null)
        .toSorted((a, b) => Number(a.version) - Number(b.version) || a.id - b.id);
      const [from, after, , id] = values.map(Number);
      const some = sorted.filter(
        (row) =>
          (from === undefined || Number(row.version) >= from) &&
          (id === undefined || Number(row.version) > after! || row.id > id),
      );
      return sql.includes('desc limit 1') ? sorted.slice(-1) : some.slice(0, rowsPerPage);
    },
    parameter: (place) => `$${place}`,
    quote: (name) => `"${name}"`,
    splitTable: (name) => ({ schema: 's', name }),
    written: (version) => version,
    identify: () => Promise.resolve('one'),
    now: () => Promise.resolve(5),
  };
  const { tables = { item: { id: ['id'], version: 'version' } }, ...answers } = more;
  return { asked, reader: new SqlPollReader({ database: { ...database, ...answers }, tables, rowsPerPage }) };
}

describe('a table that is polled', () => {
  const rows = [1, 2, 3, 4, 5].map((id) => ({ id, version: id < 4 ? '7' : '8' }));

  it('comes page by page, each row once, many of one version as well', async () => {
    const { reader, asked } = readerOf(rows, 2);
    const pages = await Array.fromAsync(reader.pages('item', '7'));
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([['[1]', '[2]'], ['[3]', '[4]'], ['[5]']]);
    expect(asked.map(({ values }) => values)).toEqual([['7'], ['7', '7', '7', '2'], ['8', '8', '8', '4']]);
    expect(asked[1]!.sql.replaceAll(/\s+/g, ' ')).toBe(
      'select * from "s"."item" where "version" is not null and "version" >= $1 and ("version" > $2 or ("version" = $3 and "id" > $4)) order by "version", "id" limit 2',
    );
    expect(pages[0]![0]).toEqual({ id: '[1]', version: '7', columns: rows[0] });
  });

  it('whose rows several columns name is read on behind all of them', async () => {
    const asked: string[] = [];
    const { reader } = readerOf(rows, 1, {
      tables: { item: { id: ['a', 'b'], version: 'v' } },
      rows: async (_where, sql, values) => {
        await Promise.resolve();
        asked.push(`${sql.replaceAll(/\s+/g, ' ')} with ${values.join()}`);
        return asked.length === 1 ? [{ a: 1, b: 'x', v: 5 }] : [];
      },
    });
    const pages = await Array.fromAsync(reader.pages('item', null));
    expect(pages[0]![0]!.id).toBe('[1,"x"]');
    expect(asked[1]).toContain(
      '("v" > $2 or ("v" = $3 and ("a" > $4 or ("a" = $5 and "b" > $6)))) order by "v", "a", "b" limit 1 with 5,5,5,1,1,x',
    );
  });

  it('is asked once more where the last page was full', async () => {
    const { reader } = readerOf(rows.slice(0, 4), 2);
    const pages = await Array.fromAsync(reader.pages('item', null));
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 0]);
  });

  it('has a newest version, or none', async () => {
    expect(await readerOf([...rows, { id: 9, version: null }], 2).reader.newest('item')).toBe('8');
    expect(await readerOf([{ id: 9, version: null }], 2).reader.newest('item')).toBeNull();
    expect(await readerOf(rows, 2).reader.now()).toBe(5);
    expect(await readerOf(rows, 2).reader.identify()).toBe('one');
  });

  it('is not polled by what is no version', async () => {
    const { reader } = readerOf([{ id: 1, version: '1.5' }], 2);
    await expect(reader.newest('item')).rejects.toMatchObject({ fault: { code: 'erp.poll_version' } });
  });
});
