import { createHash } from 'node:crypto';
import type { Fault } from '../../../platform/errors.ts';
import type { MysqlPoll } from '../mysql/mysql-poll.ts';
import type { TablesNow, WatchedDatabase } from './watched-database.ts';

const where = 'erp.source';

export class WatchedMysql implements WatchedDatabase {
  readonly #database: MysqlPoll;
  readonly #tables: readonly string[];

  constructor(database: MysqlPoll, tables: readonly string[]) {
    this.#database = database;
    this.#tables = tables;
  }

  identify(): Promise<string> {
    return this.#database.identify();
  }

  /** @throws Unavailable */
  async look(): Promise<TablesNow> {
    const states = new Map<string, string>();
    const deaf = new Map<string, Fault>();
    const [image] = await this.#database.rows(where, 'select @@global.binlog_row_image as image', []);
    const isWhole = String(image!.image).toUpperCase() === 'FULL';
    for (const table of this.#tables) {
      const { schema, name } = this.#database.splitTable(table);
      const sql = `select column_name as name, column_type as type from information_schema.columns
                    where table_schema = ? and table_name = ? order by ordinal_position`;
      const columns = await this.#database.rows(where, sql, [schema, name]);
      states.set(table, createHash('sha1').update(JSON.stringify(columns)).digest('base64'));
      if (columns.length === 0) deaf.set(table, noTable(table));
      else if (!isWhole) deaf.set(table, partOfRow(table));
    }
    return { states, deaf };
  }
}

function noTable(table: string): Fault {
  return {
    code: 'erp.table',
    what: `Table ${table} does not exist, or may not be read`,
    why: 'it is watched by a stream',
    fix: `Correct \`watch\` in the configuration, or grant select on it`,
  };
}

function partOfRow(table: string): Fault {
  return {
    code: 'erp.identity',
    what: `Updates and deletes of ${table} do not carry the whole row`,
    why: 'a key that a row leaves would never be asked for again, and its value stay wrong without any error',
    fix: "Run: SET GLOBAL binlog_row_image = 'FULL' (and set it in the server's configuration); sessions that are open keep theirs",
  };
}
