/** Connections to the ERP's database. The only place outside `replication/` that makes one. */
import { Client, Pool } from 'pg';
import type pg from 'pg';
import type { SinkCall } from '../platform/telemetry/sink-calls.ts';

/** Types of `pg` for those who pass connections on: nobody else imports it. */
export type ErpClientConfig = pg.ClientConfig;

/** As `pg` takes it: host, port, database, user, password, ssl; `max` bounds the connections. */
export type ErpConnection = pg.PoolConfig;

/** How the ERP's administrator sees us in pg_stat_activity. */
const applicationName = 'cartage';

/**
 * On our side, for a server that does not answer at all: a connection may be cut without a word. Whoever asks what takes
 * longer says so.
 */
const queryTimeoutMs = 30_000;

/** Connections, and who is told of what is asked through them. */
export class ErpPool extends Pool {
  readonly onCall: (call: SinkCall) => void;
  /** The database, as the OpenTelemetry conventions name it. */
  readonly place: { 'db.namespace'?: string; 'server.address': string; 'server.port': number };

  constructor(settings: ErpConnection, onCall: (call: SinkCall) => void) {
    super(settings);
    this.onCall = onCall;
    // Never connected: it resolves an address with all its parameters as the connections themselves will.
    const { host, port, database } = new (settings.Client ?? Client)(settings) as Client;
    this.place = {
      'server.address': host,
      'server.port': port,
      ...(database && { 'db.namespace': database }),
    };
  }
}

export function openPool(connection: ErpConnection, onCall: (call: SinkCall) => void = () => {}): ErpPool {
  const settings = {
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    max: 4,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: queryTimeoutMs,
    ...connection,
  };
  const pool = new ErpPool(settings, onCall);
  // A connection that breaks is heard of by the next query on it, or replaced; without listeners, on the idle
  // ones and on those in use, Node would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** For a pool whose connections are each made as `current` says at that time: a changed secret needs no other pool. */
export function renewing(current: () => ErpClientConfig): ErpConnection {
  return {
    Client: class extends Client {
      constructor(options?: ErpClientConfig) {
        super({ ...options, ...current() });
      }
    },
  };
}

/** Names with capitals, dots or quotes inside. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `schema.table` as the log names it; a name without a schema is in `public`. */
export function splitTable(table: string): { schema: string; name: string } {
  const dot = table.indexOf('.');
  if (dot === -1) return { schema: 'public', name: table };
  return { schema: table.slice(0, dot), name: table.slice(dot + 1) };
}

export function quoteTable(table: string): string {
  const { schema, name } = splitTable(table);
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** The full name, as changes carry it. */
export function fullTableName(table: string): string {
  const { schema, name } = splitTable(table);
  return `${schema}.${name}`;
}
