import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** The fragments of configuration that Cartage works with on this ERP: streams.yaml and orders.yaml. */

export interface Watch {
  table: string;
  key?: string;
  via?: string;
}

export interface Stream {
  topic: string;
  key: Record<string, string>;
  watch: Watch[];
  query: string;
  find: string;
  again?: string;
}

export interface Statement {
  name?: string;
  sql: string;
}

export interface Orders {
  lookup: string;
  create: Statement[];
  change: Statement[];
}

export async function readStreams(): Promise<Record<string, Stream>> {
  const { streams } = (await read('streams.yaml')) as { streams: Record<string, Stream> };
  return streams;
}

export async function readOrders(): Promise<Orders> {
  const { orders } = (await read('orders.yaml')) as { orders: Orders };
  return orders;
}

async function read(name: string): Promise<unknown> {
  return parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8'));
}

/** Name of the one key column of a stream. */
export function keyColumn(stream: Stream): string {
  const [column] = Object.keys(stream.key);
  if (column === undefined) throw new Error(`Stream of ${stream.topic} has no key.`);
  return column;
}
