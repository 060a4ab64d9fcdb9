import type { Fault } from '../../../platform/errors.ts';
import type { ErpPool } from '../../pool.ts';
import type { WatchedColumns } from '../../replication/identity.ts';
import { judge } from '../../replication/judge.ts';
import type { Judgement } from '../../replication/judge.ts';
import { mayPublish, mendPublication } from '../../replication/publication.ts';
import { runningTransactions } from '../../replication/slot.ts';
import type { Gap } from '../change-source.ts';

export interface WatchmanOptions {
  pool: ErpPool;
  publication: string;
  watched: ReadonlyMap<string, WatchedColumns>;
}

/** What a look at the tables has found. */
export interface Look {
  /** How each table stands, as text for the cursor. */
  tables: string;
  /** Tables that were altered, are read anew, or are not told of: what they concern is to be asked. */
  gaps: Gap[];
  /** Tables of which the log does not tell all changes now, and why. */
  deaf: Map<string, Fault>;
  publication: Judgement['publication'];
}

/**
 * Looks how the watched tables and their publication stand, and puts the publication right where it may. It takes out of
 * it what would make the ERP's own updates fail.
 */
export class Watchman {
  readonly #options: WatchmanOptions;

  constructor(options: WatchmanOptions) {
    this.#options = options;
  }

  /**
   * @param before how the tables stood, as the cursor has it; null: nothing is known of that.
   * @throws Unavailable
   */
  async look(before: string | null): Promise<Look> {
    const { pool } = this.#options;
    const { tables, publication } = await this.#mended();
    const stood = statesIn(before);
    const changed = tables.filter(({ table, state }) => stood !== null && stood.get(table) !== state);
    const deaf = new Map(tables.flatMap(({ table, fault }) => (fault === null ? [] : [[table, fault]])));
    // What ran as the tables or their publication were altered may have written before that, of which the log is silent.
    const marks = changed.length === 0 ? [] : (await runningTransactions(pool)).map(lowerHalf);
    const gaps = changed.map(({ table, fault }) => ({
      reason: fault?.what ?? `the table ${table}, or its publication, was altered, or is watched anew`,
      tables: [table],
      marks,
    }));
    return {
      tables: JSON.stringify(Object.fromEntries(tables.map(({ table, state }) => [table, state]))),
      gaps,
      deaf,
      publication,
    };
  }

  async #mended(): Promise<Judgement> {
    const { pool, publication, watched } = this.#options;
    const keys = [...watched].map(([table, columns]) => ({ table, columns }));
    const found = await judge(pool, publication, keys);
    if (found.statement === null) return found;
    // Without a publication nothing can be read: then the refusal is the answer.
    if (found.publication !== null && !(await mayPublish(pool, publication, found.wanted))) return found;
    await mendPublication(pool, publication, found.statement);
    return judge(pool, publication, keys);
  }
}

/** Null of what is no such text: that of an older version. */
function statesIn(tables: string | null): Map<string, string> | null {
  if (tables === null || !tables.startsWith('{')) return null;
  return new Map(Object.entries(JSON.parse(tables) as Record<string, string>));
}

/** As the log names a transaction. */
function lowerHalf(xid: string): string {
  return BigInt.asUintN(32, BigInt(xid)).toString();
}
