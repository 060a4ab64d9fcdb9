/** A MariaDB ERP that nobody here wrote for us: names in mixed case, stock as moves between places, `modified` columns. */
import { randomBytes } from 'node:crypto';
import { MysqlPool, rowsOf } from '../../services/erp/mysql/pool.ts';
import { mysqlOptions } from '../../services/erp/mysql/address.ts';
import type { ErpUnderTest } from './source-suite.ts';

const streams = {
  stock: {
    topic: 'erp.stock',
    key: { ArtId: 'int' },
    watch: [
      { table: 'Artikel', key: 'ArtId' },
      { table: 'LagerBewegung', key: 'ArtId' },
    ],
    query: `select a.ArtId, a.ArtNr as sku, 'main' as source, coalesce(sum(b.Menge), 0) as quantity
              from Artikel a left join LagerBewegung b on b.ArtId = a.ArtId
             where ($keys is null or a.ArtId in ($keys)) group by a.ArtId, a.ArtNr`,
    find: 'select ArtId from Artikel where ArtNr in ($records.sku)',
  },
};

export interface MariadbErp extends ErpUnderTest {
  idOf(sku: string): Promise<number | null>;
  /** Where the log is after what was put, as Debezium names it. */
  logged(): Promise<Readonly<Record<string, unknown>>>;
}

export async function mariadbErp(url: string): Promise<MariadbErp> {
  const database = `Erp_${randomBytes(4).toString('hex')}`;
  const connection = { url: `${url}${database}`, allowPlain: false };
  const root = new MysqlPool({
    options: () => mysqlOptions({ ...connection, url }),
    max: 1,
    statementTimeoutMs: 30_000,
  });
  await root.run('test', (one) => rowsOf(one, `create database \`${database}\``, 30_000));
  root.close();
  const pool = new MysqlPool({ options: () => mysqlOptions(connection), max: 2, statementTimeoutMs: 30_000 });
  const run = (sql: string) => pool.run('test', (one) => rowsOf(one, sql, 30_000));
  const times =
    'modified datetime not null default current_timestamp on update current_timestamp, index (modified)';
  await run(
    `create table Artikel (ArtId int auto_increment primary key, ArtNr varchar(64) unique, ${times})`,
  );
  await run(
    `create table LagerBewegung (Nr int auto_increment primary key, ArtId int, Menge decimal(12,3), ${times})`,
  );
  const source = {
    kind: 'polling',
    intervalMs: 40,
    overlapMs: 20_000,
    compareEveryMs: 700,
    tables: {
      Artikel: { id: 'ArtId', version: 'modified' },
      LagerBewegung: { id: 'Nr', version: 'modified' },
    },
  };
  const put = async (quantities: Readonly<Record<string, number | null>>) => {
    for (const [sku, quantity] of Object.entries(quantities)) {
      await run('start transaction');
      await run(`insert ignore into Artikel (ArtNr) values ('${sku}')`);
      if (quantity === null) {
        await run(
          `delete b from LagerBewegung b join Artikel a on a.ArtId = b.ArtId where a.ArtNr = '${sku}'`,
        );
        await run(`delete from Artikel where ArtNr = '${sku}'`);
      } else
        await run(`insert into LagerBewegung (ArtId, Menge)
          select a.ArtId, ${quantity} - coalesce((select sum(Menge) from LagerBewegung x where x.ArtId = a.ArtId), 0)
            from Artikel a where a.ArtNr = '${sku}'`);
      await run('commit');
    }
  };
  return {
    config: { connection, source, streams },
    put,
    idOf: async (sku) => {
      const [row] = await run(`select ArtId from Artikel where ArtNr = '${sku}'`);
      return row === undefined ? null : Number(row.ArtId);
    },
    logged: async () => {
      const [row] = await run('show master status');
      // A change stands before the end of its transaction.
      return { file: row!.File, pos: Number(row!.Position) - 1 };
    },
    sever: () => Promise.resolve(),
    // Restored from a copy of before: rows and versions are older than what was read.
    makeGap: async (quantities) => {
      await run('truncate LagerBewegung');
      await put(quantities);
      await run(`update LagerBewegung set modified = '2026-01-01'`);
    },
    remove: async () => {
      await run(`drop database \`${database}\``);
      pool.close();
    },
  };
}
