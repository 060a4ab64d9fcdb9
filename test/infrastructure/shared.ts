import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/**
 * The broker, registry and database that one `npm test` starts for all test files. Test files run side by side:
 * who uses them takes names of their own (topics, subjects, groups, databases).
 */
export const sharedKafka = (): string => address('CARTAGE_TEST_KAFKA');
export const sharedRegistry = (): string => address('CARTAGE_TEST_REGISTRY_URL');
export const sharedPostgres = (): string => address('CARTAGE_TEST_DATABASE_URL');

function address(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) {
    throw new Error(
      `${variable} is not set: this test needs what \`npm test\` starts. Run: npm test -- PATH`,
    );
  }
  return value;
}

export interface FreshDatabase {
  url: string;
  /** Ends what is connected, drops its replication slots, and the database. */
  drop(): Promise<void>;
}

/** A new, empty database on the shared server, so that a test sees only what it wrote. */
export async function freshDatabase(server = sharedPostgres()): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database "${name}"`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, (client) => dropDatabase(client, name)) };
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  // A slot keeps its database from being dropped, and its reader keeps the slot.
  await client.query(
    'select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active',
    [name],
  );
  const dropSlots =
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1 and not active';
  for (;;) {
    await client.query(dropSlots, [name]);
    const left = await client.query('select 1 from pg_replication_slots where database = $1', [name]);
    if (left.rowCount === 0) break;
  }
  await client.query(`drop database if exists "${name}" with (force)`);
}

async function onServer<T>(server: string, work: (client: Client) => Promise<T>): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
