import type { Client } from 'pg';
import { keyColumn } from './configuration.ts';
import type { Stream } from './configuration.ts';
import { run } from './named-parameters.ts';

export type Row = Record<string, unknown>;

export interface Asked {
  /** Null, the default: all. */
  keys?: number[] | null;
  since?: string | null;
}

/** What is true now, as the ingester asks. */
export function ask(client: Client, stream: Stream, parameters: Asked = {}): Promise<Row[]> {
  return run<Row>(client, stream.query, { keys: null, since: null, ...parameters });
}

/** From the key parts of a topic's records to keys of the stream. */
export async function find(client: Client, stream: Stream, records: unknown[]): Promise<number[]> {
  const rows = await run<Row>(client, stream.find, { records });
  return rows.map((row) => row[keyColumn(stream)] as number);
}

/** Asks a stream for what `find` says of one record. */
export async function lookUp(client: Client, stream: Stream, record: unknown): Promise<Row[]> {
  return ask(client, stream, { keys: await find(client, stream, [record]) });
}
