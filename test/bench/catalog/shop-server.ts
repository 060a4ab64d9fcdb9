/**
 * The shop of the benchmark of the catalogue: it has as many products as it was told, takes every write, and answers each
 * call after the same time, however many come at once. Prints its port. A line `products N` makes them, `latency MS` sets
 * that time and forgets what was; `journal` tells what came. Ends with its input.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { CatalogJournal } from './shop.ts';
import { nameOf, skuOf } from './shop.ts';

let latencyMs = 0;
let journal: CatalogJournal = emptyJournal();
const names = new Map<string, string>();

const lists: readonly [RegExp, unknown][] = [
  [/\/sets\/list/, { items: [{ attribute_set_id: 4, attribute_set_name: 'Default' }], total_count: 1 }],
  [/\/attribute-sets\//, [{ attribute_id: 75, attribute_code: 'description', backend_type: 'text' }]],
  [/\/websites/, [{ id: 1, code: 'base', name: 'Main' }]],
];

function emptyJournal(): CatalogJournal {
  return { reads: 0, writes: [] };
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));

for await (const line of createInterface({ input: process.stdin })) {
  const [command, value] = line.split(' ');
  if (command === 'products')
    for (let index = 0; index < Number(value); index += 1) names.set(skuOf(index), nameOf(index));
  if (command === 'latency') {
    latencyMs = Number(value);
    journal = emptyJournal();
  }
  process.stdout.write(`${command === 'journal' ? JSON.stringify(journal) : 'done'}\n`);
}
process.exit(0);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = request.method === 'GET' ? found(request.url ?? '') : written(Buffer.concat(chunks));
  const send = () => {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(text);
  };
  if (latencyMs === 0) send();
  else setTimeout(send, latencyMs);
}

function written(body: Buffer): string {
  const { product } = JSON.parse(body.toString()) as { product: { sku: string; name?: string } };
  // Done when it is answered.
  journal.writes.push(Date.now() + latencyMs);
  if (product.name !== undefined) names.set(product.sku, product.name);
  return JSON.stringify(productOf(product.sku));
}

function found(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://shop');
  const known = lists.find(([pattern]) => pattern.test(pathname));
  if (known !== undefined) return JSON.stringify(known[1]);
  if (!pathname.endsWith('/products')) return '[]';
  journal.reads += 1;
  const asked = [...searchParams].filter(([name]) => name.endsWith('[value]'));
  const items = asked.flatMap(([, value]) => value.split(',')).filter((sku) => names.has(sku));
  return JSON.stringify({ items: items.map(productOf), total_count: items.length });
}

/** As long as one of a real shop. */
function productOf(sku: string): object {
  const texts = ['options_container', 'url_key', 'msrp_display_actual_price_type', 'required_options'];
  return {
    id: Number(sku.slice(4)) + 1,
    sku,
    name: names.get(sku),
    attribute_set_id: 4,
    price: 10,
    status: 1,
    visibility: 4,
    type_id: 'simple',
    weight: 1.5,
    extension_attributes: { website_ids: [1], category_links: [{ position: 0, category_id: '3' }] },
    product_links: [],
    options: [],
    media_gallery_entries: [],
    tier_prices: [],
    custom_attributes: [
      { attribute_code: 'description', value: `All about ${sku}. `.repeat(20) },
      ...texts.map((attribute_code) => ({ attribute_code, value: `${sku.toLowerCase()}-${attribute_code}` })),
    ],
  };
}
