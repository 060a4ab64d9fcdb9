/** What the tests of the log share: a database of their own, a slot on it, and ways to wait. */
import { setTimeout } from 'node:timers/promises';
import { openPool } from '../../services/erp/pool.ts';
import type { ErpPool } from '../../services/erp/pool.ts';
import type { LogOptions, ReplicationLog } from '../../services/erp/replication/log.ts';
import { openLog } from '../../services/erp/replication/open-log.ts';
import type { TransactionPart } from '../../services/erp/replication/handover.ts';
import { ensurePublication } from '../../services/erp/replication/publication.ts';
import { createSlot, inspectSlot } from '../../services/erp/replication/slot.ts';
import type { SlotState } from '../../services/erp/replication/slot.ts';
import { freshDatabase } from '../infrastructure/main.ts';

export const PUBLICATION = 'cartage';

export interface TestDatabase {
  url: string;
  pool: ErpPool;
  slot: string;
  /** One statement or several, as the superuser. */
  run(sql: string): Promise<void>;
  publish(...tables: string[]): Promise<void>;
  open(options?: Partial<LogOptions>): Promise<ReplicationLog>;
  slotState(): Promise<SlotState>;
  drop(): Promise<void>;
}

/** @param server a superuser's URL; by default the server that the whole run shares. */
export async function testDatabase(server?: string): Promise<TestDatabase> {
  const database = await freshDatabase(server);
  const pool = openPool({ connectionString: database.url, max: 10 });
  const slot = `slot_${new URL(database.url).pathname.slice(1)}`;
  const logs = new Set<ReplicationLog>();
  return {
    url: database.url,
    pool,
    slot,
    run: async (sql) => void (await pool.query(sql)),
    publish: async (...tables) => {
      await ensurePublication(pool, PUBLICATION, tables);
      await createSlot(pool, slot);
    },
    open: async (options = {}) => {
      const log = await openLog({
        connection: { connectionString: database.url },
        slot,
        publication: PUBLICATION,
        statusIntervalMs: 100,
        ...options,
      });
      logs.add(log);
      return log;
    },
    slotState: async () => (await inspectSlot(pool, slot))!,
    drop: async () => {
      await Promise.all([...logs].map((log) => log.close()));
      await pool.end();
      await database.drop();
    },
  };
}

/** Reads until `enough` parts have come; acknowledges nothing. */
export async function readParts(
  log: ReplicationLog,
  enough: (parts: readonly TransactionPart[]) => boolean,
): Promise<TransactionPart[]> {
  const parts: TransactionPart[] = [];
  for await (const part of log.transactions()) {
    parts.push(part);
    if (enough(parts)) break;
  }
  return parts;
}

export async function readTransactions(log: ReplicationLog, count: number): Promise<TransactionPart[]> {
  return readParts(log, (parts) => parts.filter((part) => part.last).length >= count);
}

/** Waits for a condition; the test's own time limit ends a wait in vain. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await setTimeout(25);
}
