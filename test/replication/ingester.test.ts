/**
 * Real: the ingester as its own process, with a broker and a database server of this file. Asserted: what stands on the
 * topic, what the process says, and what the server's own log says.
 */
import { mkdtempSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { removePostgres, startPostgres } from '../../deploy/local/postgres.ts';
import type { Postgres } from '../../deploy/local/postgres.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import { stock } from '../../schemas/topics.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { applyTopics } from '../infrastructure/apply-topics.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { sharedRegistry, startKafka } from '../infrastructure/main.ts';
import type { TestKafka } from '../infrastructure/main.ts';
import { eventually, kafkaOptions, ownInstance, platformConfig, startProcess } from '../orders/support.ts';
import type { RunningProcess } from '../orders/support.ts';
import { typed } from '../journeys/shell.ts';
import { testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

const instance = ownInstance();
const folder = mkdtempSync(join(runFolder(), 'ingester-'));
const logFile = join(folder, 'log');
const configFile = join(folder, 'cartage.yaml');
const onSpawn = (pid: number) => recordProcess(join(runFolder(), 'processes'), 'PostgreSQL', pid);
let kafka: TestKafka;
let bus: Bus;
let postgres: Postgres;
let database: TestDatabase;
let ingester: RunningProcess;
/** What the topic says last of each SKU. */
const quantities = new Map<string, string>();
let published = 0;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  [kafka, postgres] = await Promise.all([
    startKafka(),
    startPostgres({ dir: folder, durable: false, logFile, onSpawn }),
  ]);
  const options = { ...kafkaOptions(instance), brokers: [kafka.bootstrap] };
  await applyTopics(kafka.bootstrap, sharedRegistry());
  bus = connectKafka(options);
  await bus.readAll(stock, {
    onRecord: ({ value }) => {
      published += 1;
      if (value) quantities.set(value.sku, value.deleted ? 'gone' : value.quantity);
    },
  });
  database = await testDatabase(postgres.url);
  await database.run(`
    create table item (sku text primary key, quantity int); insert into item values ('A', 1), ('B', 1);
    create table brake (is_on boolean)`);
  writeFileSync(configFile, JSON.stringify(configOf(stream.query)));
  ingester = await start(stream.query);
});

const configOf = (query: string) => ({
  ...platformConfig(instance),
  kafka: { brokers: [kafka.bootstrap], replicationFactor: 1, registry: { url: sharedRegistry() } },
  fulfilments: { since: '2026-01-01T00:00:00Z', carriers: {} },
  erp: {
    connection: { url: database.url, statementTimeoutMs: 14_000 },
    slot: database.slot,
    streams: {
      // In alphabetical order it comes first, and its query is wrong: the other stream goes on without it.
      prices: {
        ...stream,
        topic: 'erp.prices',
        query: 'select sku, prices from nowhere where $keys::text[] is null',
      },
      stock: { ...stream, query },
    },
  },
});
const start = (query: string) => startProcess('erp-ingester', configOf(query));

/** What a line says of the configuration as it is with the stream's own query, as JSON. */
async function cartage(line: string): Promise<Record<string, unknown>> {
  const said = await typed(`cartage ${line} --json`, { CARTAGE_CONFIG: configFile, NODE_ENV: 'production' });
  expect(said).toMatchObject({ code: 0 });
  return JSON.parse(said.out) as Record<string, unknown>;
}
afterAll(async () => {
  await ingester?.stop();
  await bus?.close();
  await database?.pool.end();
  await Promise.all([kafka?.remove(), postgres?.stop()]);
  removePostgres(folder);
});

const stream = {
  topic: 'erp.stock',
  key: { sku: 'text' },
  watch: [{ table: 'item', key: 'sku' }],
  query: `select sku, 'MAIN' as source, quantity, (select pg_sleep(60) from brake where is_on)::text as slow from item
           where $keys::text[] is null or sku = any($keys::text[])`,
  find: 'select r.sku from jsonb_to_recordset($records::jsonb) r(sku text)',
};

const says = (sku: string, quantity: string) =>
  eventually(`${quantity} of ${sku}`, () => quantities.get(sku) === quantity);

it('loads anew when a table is made anew under it: the log says nothing of the new one', async () => {
  await says('B', '1.0000');
  await database.run('update item set quantity = 2');
  await says('B', '2.0000');
  await database.run(`
    begin; drop table item; create table item (sku text primary key, quantity int); insert into item values ('A', 3); commit`);
  await says('A', '3.0000');
  await says('B', 'gone');
  await database.run(`update item set quantity = 4`);
  await says('A', '4.0000');
});

it('lets the command line list slots, choose records, and ask for all of them again', async () => {
  const before = published;
  const [slots, chosen] = await Promise.all([
    cartage('slots'),
    cartage(`refresh erp.stock --where "sku = 'A'" --dry-run`),
    cartage('refresh erp.stock --all'),
  ]);
  const own = expect.objectContaining({ name: database.slot, use: 'configured' }) as object;
  expect(slots).toMatchObject({ slots: expect.arrayContaining([own]) as object });
  expect(chosen).toMatchObject({ requests: [{ key: 'MAIN/A' }] });
  // All that the topic has, also what has not changed.
  await eventually('the records again', () => published > before);
});

it('tells nothing as deleted that a round no longer returns, until a person has confirmed it', async () => {
  await ingester.stop();
  ingester = await start(`select * from (${stream.query}) as none where false`);
  await ingester.logged('so many records are gone that a person must confirm it');
  // Within half a second it stands in the cursor.
  await eventually('the round to be held', async () => {
    const { streams } = await cartage('streams list');
    return (streams as { name: string; held: number | null }[]).some(
      ({ name, held }) => name === 'stock' && held === 1,
    );
  });
  expect(quantities.get('A')).toBe('4.0000');
  expect(await cartage('streams confirm stock')).toMatchObject({ stream: 'stock', held: 1 });
  await says('A', 'gone');
});

it('asks all keys anew under another query, of which no change of a row tells', async () => {
  await ingester.stop();
  ingester = await start(stream.query.replace('quantity,', 'quantity * 10 as quantity,'));
  await says('A', '40.0000');
});

it('does not hold up the shutdown of the server with what it cannot ask any more', async () => {
  await database.run('insert into brake values (true)');
  await database.run(`update item set quantity = 5`);
  const asked = `select from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()`;
  await eventually('the question', async () => ((await database.pool.query(asked)).rowCount ?? 0) > 0);
  // Nothing can be published, and no cursor written, either.
  await kafka.kill();
  await postgres.stop();
  // A server that is killed in the end does not come to say this.
  expect(readFileSync(logFile, 'utf8')).toContain('database system is shut down');
});
