/**
 * The shop of the benchmark of stock: has every SKU, of each something at every source, takes every row, and answers each
 * call after the same time, however many come at once. Prints its port. A line `latency MS` sets that time and forgets what was; `journal` tells what came.
 * Ends with its input.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { StockJournal } from './shop.ts';

let latencyMs = 0;
let journal: StockJournal = emptyJournal();

function emptyJournal(): StockJournal {
  return { writes: [], lookUps: 0, soldOutAt: {} };
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

for await (const line of createInterface({ input: process.stdin })) {
  const [command, value] = line.split(' ');
  process.stdout.write(`${command === 'journal' ? JSON.stringify(journal) : 'done'}\n`);
  if (command !== 'latency') continue;
  latencyMs = Number(value);
  journal = emptyJournal();
}
process.exit(0);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = request.method === 'POST' ? written(Buffer.concat(chunks)) : found(request.url ?? '');
  const send = () => {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(text);
  };
  if (latencyMs === 0) send();
  else setTimeout(send, latencyMs);
}

function written(body: Buffer): string {
  const { sourceItems } = JSON.parse(body.toString()) as { sourceItems: { sku: string; quantity: number }[] };
  // Done when it is answered.
  const at = Date.now() + latencyMs;
  journal.writes.push({ at, rows: sourceItems.length });
  for (const { sku, quantity } of sourceItems) if (quantity === 0) journal.soldOutAt[sku] ??= at;
  return '[]';
}

/** Whatever is asked for by its SKU, as a product or as its row; of all else there is nothing. */
function found(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://shop');
  const asked = [...searchParams].filter(([name]) => name.endsWith('[value]'));
  if (pathname.endsWith('/source-items')) return rowsOf(searchParams);
  if (!pathname.endsWith('/products') || asked.length === 0)
    return pathname.includes('/store/') ? '[]' : '{"items":[],"total_count":0}';
  journal.lookUps += 1;
  const skus = asked.flatMap(([, value]) => value.split(','));
  const items = skus.map((sku, index) => ({ id: index + 1, sku, status: 1, type_id: 'simple' }));
  return JSON.stringify({ items, total_count: items.length });
}

/** What is written as sold out must have been there: a zero without a row is not written. */
function rowsOf(asked: URLSearchParams): string {
  const valuesOf = (field: string) => {
    const name = [...asked].find(([part, value]) => part.endsWith('[field]') && value === field)?.[0];
    return name === undefined ? [] : (asked.get(name.replace('[field]', '[value]')) ?? '').split(',');
  };
  const [sourceCode = 'default'] = valuesOf('source_code');
  const rows = valuesOf('sku').map((sku) => ({ sku, source_code: sourceCode, quantity: 1, status: 1 }));
  return JSON.stringify({ items: rows, total_count: rows.length });
}
