import { createHash } from 'node:crypto';
import type { Fault } from '../../../platform/errors.ts';
import { wasPromoted } from '../../mysql/proof.ts';
import type { Proof } from '../../mysql/proof.ts';
import type { MysqlPoll } from '../mysql/mysql-poll.ts';
import type { TablesNow, WatchedDatabase } from './watched-database.ts';

const where = 'erp.source';

export class WatchedMysql implements WatchedDatabase {
  readonly #database: MysqlPoll;
  readonly #tables: readonly string[];
  readonly #proof: Proof;

  constructor(database: MysqlPoll, tables: readonly string[], proof: Proof = 'none') {
    this.#database = database;
    this.#tables = tables;
    this.#proof = proof;
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
    const unproved = await this.#whyUnproved();
    for (const table of this.#tables) {
      const { schema, name } = this.#database.splitTable(table);
      const sql = `select column_name as name, column_type as type from information_schema.columns
                    where table_schema = ? and table_name = ? order by ordinal_position`;
      const columns = await this.#database.rows(where, sql, [schema, name]);
      states.set(table, createHash('sha1').update(JSON.stringify(columns)).digest('base64'));
      if (columns.length === 0) deaf.set(table, noTable(table));
      else if (!isWhole) deaf.set(table, partOfRow(table));
      else if (unproved !== null) deaf.set(table, noProof(this.#proof, unproved));
    }
    return { states, deaf };
  }

  /** Why the server cannot give the proof that the configuration asks for; null: it can, or none is asked for. */
  async #whyUnproved(): Promise<string | null> {
    if (this.#proof === 'none') return null;
    const [server] = await this.#database.rows(where, 'select version() as version, @@log_bin as log', []);
    if (!/mariadb/i.test(String(server!.version))) return `this is MySQL ${String(server!.version)}`;
    if (this.#proof === 'position') return Number(server!.log) === 1 ? null : 'it writes no log (log_bin)';
    const [replica] = await this.#database.rows(where, 'select @@gtid_slave_pos as applied', []);
    if (replica!.applied === '')
      return 'it is no replica, or follows without gtids (gtid_slave_pos is empty)';
    const isPromoted = await wasPromoted((sql) => this.#database.rows(where, sql, []));
    return isPromoted ? 'it follows nobody any more, and may be written to: it was promoted' : null;
  }
}

function noProof(proof: Proof, why: string): Fault {
  return {
    code: 'erp.proof',
    what: `The server of erp.connection.url cannot show what erp.source.proof (${proof}) asks of it`,
    why,
    fix: '`position` needs the MariaDB whose log Debezium reads, `gtid` a replica of it by gtids; leave it out for others: each change is asked for twice then',
  };
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
