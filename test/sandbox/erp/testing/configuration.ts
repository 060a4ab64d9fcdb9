import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** The part of deploy/config/sandbox.yaml that is about this ERP: stream queries and order statements. */

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

export interface Customers {
  lookup: string;
  upsert: Statement[];
  erase: Statement[];
}

export async function readStreams(): Promise<Record<string, Stream>> {
  return (await readErp()).streams;
}

export async function readOrders(): Promise<Orders> {
  return (await readErp()).orders;
}

export async function readCustomers(): Promise<Customers> {
  return (await readErp()).customers;
}

interface ErpSection {
  streams: Record<string, Stream>;
  orders: Orders;
  customers: Customers;
}

async function readErp(): Promise<ErpSection> {
  const text = await readFile(new URL('../../../../deploy/config/sandbox.yaml', import.meta.url), 'utf8');
  return (parse(text) as { erp: ErpSection }).erp;
}

/** Name of the one key column of a stream. */
export function keyColumn(stream: Stream): string {
  const [column] = Object.keys(stream.key);
  if (column === undefined) throw new Error(`Stream of ${stream.topic} has no key.`);
  return column;
}
