import type { ErpPool } from '../../pool.ts';
import { checkIdentities } from '../../replication/identity.ts';
import type { WatchedColumns } from '../../replication/identity.ts';
import { tableFault } from '../../replication/judge.ts';
import { requirePrimary } from '../../replication/primary.ts';
import { tableStates } from '../../replication/table-state.ts';
import { unavailable } from '../../sqlstate.ts';
import type { TablesNow, WatchedDatabase } from './watched-database.ts';

/** Debezium has a publication and a slot of its own, which are none of ours. */
const noPublication = '';

export class WatchedPostgres implements WatchedDatabase {
  readonly #pool: ErpPool;
  readonly #watched: ReadonlyMap<string, WatchedColumns>;

  constructor(pool: ErpPool, watched: ReadonlyMap<string, WatchedColumns>) {
    this.#pool = pool;
    this.#watched = watched;
  }

  /** With the timeline: after a fail-over the new primary may lack commits that were read from the old one. */
  async identify(): Promise<string> {
    await requirePrimary(this.#pool);
    const sql = `select concat_ws('/', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), current_database()) as id
                   from pg_control_system()`;
    try {
      const { rows } = await this.#pool.query<{ id: string }>(sql);
      return rows[0]!.id;
    } catch (error) {
      throw unavailable('The ERP database cannot be asked which one it is', error);
    }
  }

  /** @throws Unavailable */
  async look(): Promise<TablesNow> {
    const keys = [...this.#watched].map(([table, columns]) => ({ table, columns }));
    const found = await checkIdentities(this.#pool, keys);
    const faults = found.map((finding) => [finding.table, tableFault(finding)] as const);
    return {
      states: await tableStates(this.#pool, noPublication, [...this.#watched.keys()]),
      deaf: new Map(faults.flatMap(([table, fault]) => (fault === null ? [] : [[table, fault]]))),
    };
  }
}
