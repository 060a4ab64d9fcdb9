/**
 * The shop of the benchmark of documents: every order number exists, with one line of 2 that is invoiced, and of which
 * nothing is shipped or paid back; it takes every document, shows it again, and answers at once. Prints its port. A line
 * `journal` tells what came, `forget` forgets that. Ends with its input.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { FulfilmentJournal } from './shop.ts';

let journal: FulfilmentJournal = { calls: {}, madeAt: {} };
/** Documents by their kind, order and id. */
const made = new Map<string, object[]>();
const byId = new Map<string, object>();
const canceled = new Set<number>();
let lastId = 0;
const documents: Readonly<Record<string, string>> = {
  ship: 'shipment',
  invoice: 'invoice',
  refund: 'creditmemo',
};

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${line === 'journal' ? JSON.stringify(journal) : 'done'}\n`);
  if (line === 'forget') journal = { calls: {}, madeAt: {} };
}
process.exit(0);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://shop');
  const path = pathname.split('/V1/')[1] ?? '';
  const route = `${request.method} ${path.replaceAll(/\b\d+\b/g, ':id')}`;
  journal.calls[route] = (journal.calls[route] ?? 0) + 1;
  const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Asked);
  const said = request.method === 'GET' ? found(path, [...searchParams]) : written(path, body);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(said));
}

interface Asked {
  items?: { order_item_id: number; qty: number }[];
  comment?: { comment: string };
  arguments?: { extension_attributes?: { source_code?: string } };
}

function written(path: string, { items = [], comment, arguments: given }: Asked): unknown {
  const [, order, deed] = path.split('/');
  if (order === undefined || deed === undefined) return [];
  journal.madeAt[order] ??= Date.now();
  if (deed === 'cancel') canceled.add(Number(order));
  const kind = documents[deed];
  if (kind === undefined) return true;
  const id = (lastId += 1);
  const document = {
    entity_id: id,
    increment_id: String(id),
    order_id: Number(order),
    created_at: '2026-03-01 00:00:00',
    updated_at: '2026-03-01 00:00:00',
    base_shipping_amount: 0,
    items: items.map((item, index) => ({ entity_id: index, sku: 'SKU', ...item })),
    tracks: [],
    comments: comment ? [{ entity_id: id, comment: comment.comment }] : [],
    extension_attributes: { source_code: given?.extension_attributes?.source_code },
  };
  byId.set(`${kind}/${id}`, document);
  const list = `${kind}s/${order}`;
  made.set(list, [...(made.get(list) ?? []), document]);
  return id;
}

function found(path: string, search: [string, string][]): unknown {
  if (path === 'store/storeViews') return [{ id: 1, code: 'default', website_id: 1, store_group_id: 1 }];
  const values = new Map(
    search
      .filter(([name]) => name.endsWith('[field]'))
      .map(([name, field]) => [
        field,
        search.find(([other]) => other === name.replace('[field]', '[value]'))?.[1] ?? '',
      ]),
  );
  const listed = (items: unknown[]) => ({ items, total_count: items.length });
  if (path === 'orders') return listed(values.get('increment_id')!.split(',').map(orderOf));
  if (path === 'inventory/source-items')
    return listed([{ sku: values.get('sku'), source_code: 'default', quantity: 1_000_000, status: 1 }]);
  if (values.has('order_id')) return listed(made.get(`${path}/${values.get('order_id')}`) ?? []);
  return byId.get(path.replace('invoices/', 'invoice/')) ?? listed([]);
}

function orderOf(number: string): object {
  const isCanceled = canceled.has(Number(number));
  const amount = { base_grand_total: 20, grand_total: 20, base_total_paid: 20, base_total_refunded: 0 };
  return {
    entity_id: Number(number),
    increment_id: number,
    store_id: 1,
    state: isCanceled ? 'canceled' : 'processing',
    status: 'processing',
    created_at: '2026-02-01 00:00:00',
    updated_at: '2026-02-01 00:00:00',
    order_currency_code: 'EUR',
    base_currency_code: 'EUR',
    payment: { method: 'checkmo' },
    status_histories: [],
    ...amount,
    items: [1, 2].map((line) => ({
      item_id: Number(number) * 10 + line,
      product_id: line,
      product_type: 'simple',
      sku: `SKU-${line}`,
      qty_ordered: 2,
      // The first is invoiced, the second not.
      qty_invoiced: line === 1 ? 2 : 0,
      qty_shipped: 0,
      qty_refunded: 0,
      qty_canceled: isCanceled && line === 2 ? 2 : 0,
      price: 10,
      base_price: 10,
    })),
    extension_attributes: [],
  };
}
