/**
 * A shop that answers at once, so that what is measured is ours: every order number exists, and is a copy of one order
 * that the sandbox shop has taken. It checks no signature, and its lists for sweeps are empty. Prints what a
 * configuration says of a shop; then a line on its input prints of each order number when it was asked for and answered
 * last, UTC milliseconds, as JSON. Ends with its input.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createMagento } from '../../services/magento/magento.ts';
import { placeOrder } from '../magento/shop.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { ShopTimes } from './shop.ts';

const copied = await copiedFromSandbox();
const times: ShopTimes = {};
const server = createServer((request, response) => answer(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, credentials: copied.credentials }));
for await (const _line of createInterface({ input: process.stdin })) console.log(JSON.stringify(times));
server.close();
server.closeAllConnections();

async function copiedFromSandbox() {
  const storeMembers = ['storeViews', 'storeConfigs', 'websites'];
  /** Stands in the copy where each order has its own number. */
  const number = '#NUMBER#';
  const shop = await startShop();
  const { url, credentials } = shop;
  const magento = createMagento({
    baseUrl: url,
    credentials: () => credentials,
    connections: 1,
    deadlineMs: 5_000,
  });
  try {
    const { entity_id } = await placeOrder(shop, [
      { sku: 'SKU-001', qty: 1 },
      { sku: 'SKU-002', qty: 2 },
    ]);
    const read = async (path: string) => (await magento.rest.raw('GET', `/rest/V1/${path}`)).body;
    const order = JSON.parse(await read(`orders/${entity_id}`)) as object;
    return {
      // Written down once: what the shop costs is taken from the processes that are measured.
      order: JSON.stringify({ ...order, entity_id: number, increment_id: number }).split(number),
      store: new Map(
        await Promise.all(storeMembers.map(async (name) => [name, await read(`store/${name}`)] as const)),
      ),
      credentials,
    };
  } finally {
    await magento.close();
    await shop.close();
  }
}

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const askedAt = Date.now();
  const { pathname, searchParams } = new URL(url, 'http://shop');
  response.setHeader('content-type', 'application/json; charset=utf-8');
  const member = copied.store.get(pathname.split('/').at(-1)!);
  if (member !== undefined) return void response.end(member);
  const numbers = pathname.endsWith('/orders') ? numbersIn(searchParams) : [];
  const items = numbers.map((given) => copied.order.join(given));
  const answeredAt = Date.now();
  for (const given of numbers) times[given] = { askedAt, answeredAt };
  response.end(`{"items":[${items.join(',')}],"total_count":${items.length}}`);
}

/** What a search by increment_id asks for; none in the lists of a sweep. */
function numbersIn(search: URLSearchParams): string[] {
  const numbers: string[] = [];
  for (const [name, value] of search) {
    if (!name.endsWith('[field]') || value !== 'increment_id') continue;
    const given = search.get(name.replace(/\[field\]$/, '[value]')) ?? '';
    numbers.push(...given.split(','));
  }
  return numbers;
}
