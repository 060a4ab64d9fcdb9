import { request } from 'node:http';
import { Client } from 'pg';
import type { ClientBase } from 'pg';
import { freshDatabase } from '../../../infrastructure/shared.ts';
import { startErp } from '../index.ts';
import { readOrders } from './configuration.ts';
import { run } from './named-parameters.ts';
import type { Order } from '../../../../schemas/types.ts';
import { buyerOf } from '../../../../services/erp/orders/buyer.ts';

type Guests = Parameters<typeof buyerOf>[1];

export interface Answer {
  status: number;
  body: unknown;
}

export interface TestErp {
  /** The owner of the tables. */
  owner: Client;
  /** The role of roles.sql: what it may not do, Cartage may not do. */
  cartage: Client;
  /** Its address. */
  cartageUrl: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** A seeded ERP on a database of its own. */
export async function startTestErp(): Promise<TestErp> {
  const database = await freshDatabase();
  const erp = await startErp({ databaseUrl: database.url, seed: true });
  const cartageUrl = new URL(database.url);
  cartageUrl.username = 'cartage';
  cartageUrl.password = '';
  const owner = new Client({ connectionString: database.url });
  const cartage = new Client({ connectionString: cartageUrl.href });
  await owner.connect();
  await cartage.connect();
  return {
    owner,
    cartage,
    cartageUrl: cartageUrl.href,
    call: (method, path, body) => call(`${erp.url}${path}`, method, body),
    async close() {
      await cartage.end();
      await owner.end();
      await erp.close();
      await database.drop();
    },
  };
}

function call(url: string, method: string, body: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { 'content-type': 'application/json' } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: incoming.statusCode ?? 0,
          body: text === '' ? null : (JSON.parse(text) as unknown),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? '' : JSON.stringify(body));
  });
}

export const CODES = {
  payment: { term: 'NET0' },
  shipping: { carrier: 'UPS', service: 'GROUND' },
  store: {},
};

export function shopReference(order: Order): string {
  return `${order.instance}/${order.store}/${order.incrementId}`;
}

/** Runs the statements of `orders.create` as the exporter does: one transaction, each seeing the earlier rows. */
export async function createOrder(
  client: ClientBase,
  order: Order,
  codes: unknown = CODES,
  guests: Guests = 'email',
): Promise<{ id: number; reference: string }> {
  const { create } = await readOrders();
  const parameters: Record<string, unknown> = {
    key: shopReference(order),
    order,
    codes,
    buyer: buyerOf(order, guests),
  };
  await client.query('begin');
  try {
    for (const { name, sql } of create) {
      const [first] = await run(client, sql, parameters);
      if (name) parameters[name] = first ?? null;
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return parameters.sale as { id: number; reference: string };
}
