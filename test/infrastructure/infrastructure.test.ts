/**
 * Real: broker, registry and database of the run. Asserted: what every other test takes for granted.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { httpGet } from '../../deploy/local/http-get.ts';
import { namesABroker } from '../../deploy/local/kafka-metadata.ts';
import { freshDatabase, sharedKafka, sharedRegistry, type FreshDatabase } from './main.ts';

describe('what a test run stands on', () => {
  it('has a broker that names itself', async () => {
    const [host, port] = sharedKafka().split(':');
    expect(await namesABroker(host!, Number(port))).toBe(true);
  });

  it('has a registry that speaks the Confluent API', async () => {
    const answer = await httpGet(`${sharedRegistry()}/subjects`);
    expect(answer?.status).toBe(200);
    expect(Array.isArray(JSON.parse(answer?.body ?? ''))).toBe(true);
  });

  it('does not let kafkajs take its test defaults', () => {
    expect(process.env.NODE_ENV).toBe('production');
  });
});

describe('freshDatabase', () => {
  let database: FreshDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await freshDatabase();
    client = new Client({ connectionString: database.url });
    client.on('error', () => undefined); // dropping the database ends it
    await client.connect();
  });
  afterAll(() => client.end());

  it('is empty and replicates logically', async () => {
    const tables = await client.query(
      "select 1 from information_schema.tables where table_schema = 'public'",
    );
    expect(tables.rowCount).toBe(0);
    const level = await client.query<{ wal_level: string }>('show wal_level');
    expect(level.rows[0]?.wal_level).toBe('logical');
  });

  it('can be dropped with a replication slot in it and a client on it', async () => {
    await client.query("select pg_create_logical_replication_slot('left_over', 'pgoutput')");
    await database.drop();
    await expect(client.query('select 1')).rejects.toThrow(/terminat|connection|queryable/i);
  });
});
