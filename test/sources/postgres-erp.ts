/** An ERP in PostgreSQL with one row per SKU and warehouse, read by its log, polled, or through an outbox table. */
import { Client } from 'pg';
import { freshDatabase } from '../infrastructure/main.ts';
import type { ErpUnderTest } from './source-suite.ts';

type Quantities = Readonly<Record<string, number | null>>;

interface Kind {
  source: object;
  /** Made beside the tables of the ERP. */
  made: string;
  streams: object;
  /** What the ERP itself does with one quantity, in a transaction. */
  put: (sku: string, quantity: number | null) => string;
  /** Changes that nobody will tell of. */
  gap: (slot: string, put: () => Promise<void>, run: (sql: string) => Promise<void>) => Promise<void>;
}

const rows = `create table balance (
    warehouse text, sku text, on_hand numeric(12,3) not null, write_date timestamp not null default clock_timestamp(),
    primary key (warehouse, sku));
  create index on balance (write_date)`;
const putRow = (sku: string, quantity: number | null) =>
  quantity === null
    ? `delete from balance where sku = '${sku}'`
    : `insert into balance (warehouse, sku, on_hand) values ('main', '${sku}', ${quantity})
         on conflict (warehouse, sku) do update set on_hand = excluded.on_hand, write_date = clock_timestamp()`;
const stock = {
  topic: 'erp.stock',
  key: { sku: 'text' },
  watch: [{ table: 'balance', key: 'sku' }],
  query: `select sku, warehouse as source, on_hand as quantity from balance
           where $keys::text[] is null or sku = any($keys::text[])`,
  find: 'select r.sku from jsonb_to_recordset($records) r(sku text)',
};

/** A slot that is gone has forgotten what nobody read. */
const dropSlot: Kind['gap'] = async (slot, put, run) => {
  // Its reader has gone, and the server may take a moment to see that.
  await run(`do $$ begin
    while exists (select from pg_replication_slots where slot_name = '${slot}' and active) loop
      perform pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '${slot}' and active;
      perform pg_sleep(0.01);
    end loop; end $$`);
  await run(`select pg_drop_replication_slot('${slot}')`);
  await put();
};

export const kinds = {
  log: { source: { kind: 'postgres-log' }, made: rows, streams: { stock }, put: putRow, gap: dropSlot },
  polling: {
    source: {
      kind: 'polling',
      intervalMs: 40,
      overlapMs: 10_000,
      compareEveryMs: 700,
      tables: { balance: { id: ['warehouse', 'sku'], version: 'write_date' } },
    },
    made: rows,
    streams: { stock },
    put: putRow,
    // Restored from a copy of before: rows and versions are older than what was read.
    gap: async (_slot, put, run) => {
      await put();
      await run(`update balance set write_date = '2026-01-01'`);
    },
  },
  /** The row is the event: the newest one of a key is what is true of it. */
  outbox: {
    source: { kind: 'postgres-log' },
    made: `create table outbox (id bigint generated always as identity primary key, topic text not null,
             key text not null, payload jsonb, at timestamptz not null default now());
           create index on outbox (topic, key, id desc);
           alter table outbox replica identity full`,
    streams: {
      stock: {
        topic: 'erp.stock',
        key: { key: 'text' },
        watch: [{ table: 'outbox', key: 'key' }],
        query: `select key, payload ->> 'source' as source, payload ->> 'sku' as sku, payload ->> 'quantity' as quantity
                  from (select distinct on (key) key, payload from outbox
                         where topic = 'stock' and ($keys::text[] is null or key = any($keys::text[]))
                         order by key, id desc) newest
                 where payload is not null`,
        find: `select r.source || '/' || r.sku from jsonb_to_recordset($records) r(source text, sku text)`,
      },
    },
    put: (sku, quantity) =>
      `insert into outbox (topic, key, payload) values ('stock', 'main/${sku}',
         ${quantity === null ? 'null' : `jsonb_build_object('source', 'main', 'sku', '${sku}', 'quantity', ${quantity})`})`,
    gap: dropSlot,
  },
} satisfies Record<string, Kind>;

export interface PostgresErp extends ErpUnderTest {
  /** @returns the transaction in which it was put. */
  putIn(sku: string, quantity: number | null): Promise<string>;
}

export async function postgresErp({ source, made, streams, put, gap }: Kind): Promise<PostgresErp> {
  const database = await freshDatabase();
  const slot = `slot_${new URL(database.url).pathname.slice(1)}`;
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const run = async (sql: string) => void (await client.query(sql));
  await run(made);
  const putAll = async (quantities: Quantities) => {
    for (const [sku, quantity] of Object.entries(quantities)) await run(put(sku, quantity));
  };
  return {
    config: { connection: { url: database.url }, slot, source, streams },
    put: putAll,
    putIn: async (sku, quantity) => {
      await run('begin');
      await run(put(sku, quantity));
      const { rows } = await client.query<{ id: string }>('select txid_current()::text as id');
      await run('commit');
      return rows[0]!.id;
    },
    sever: () =>
      run(`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()`),
    makeGap: (quantities) => gap(slot, () => putAll(quantities), run),
    remove: async () => {
      await client.end();
      await database.drop();
    },
  };
}
