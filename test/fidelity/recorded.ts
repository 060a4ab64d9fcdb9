import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from '../sandbox/shop/rest/json.ts';

/** One request and its answer, as a real Magento 2.4.7-p3 gave it; secrets are placeholders. */
export interface Exchange {
  /** File without `.json`. */
  file: string;
  index: number;
  name: string;
  note: string;
  request: { method: string; path: string; headers: Record<string, string>; body?: Json };
  response: { status: number; headers: Record<string, string>; body: Json };
}

interface Entry {
  name: string;
  note?: string;
  request?: Exchange['request'];
  response?: Exchange['response'];
}

const FOLDER = new URL('recorded/', import.meta.url);

/** The files in the order in which they were recorded; `shipments` is split by `multi_`, see `chronological`. */
const FILES = [
  'auth',
  'store',
  'checkout',
  'orders',
  'shipments',
  'inventory',
  'invoices-creditmemos',
  'catalog',
  'async-bulk',
  'customers',
  'malformed',
];

/** Every exchange of every file, in the file's own order; summaries (`_` names) are none. */
export function readExchanges(): Exchange[] {
  const present = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ''));
  const unknown = present.filter((name) => !FILES.includes(name));
  if (unknown.length > 0)
    throw new Error(`recorded/ holds ${unknown.join(', ')}, which FILES does not name.`);
  return FILES.flatMap((file) => {
    const entries = JSON.parse(readFileSync(new URL(`${file}.json`, FOLDER), 'utf8')) as Entry[];
    return entries.flatMap((entry, index): Exchange[] => {
      const { name, note = '', request, response } = entry;
      return request === undefined || response === undefined
        ? []
        : [{ file, index, name, note, request, response }];
    });
  });
}

/**
 * The order in which the calls were made, by their time stamps: the first half of the shipments (one source)
 * before the inventory calls that created more sources, the second half after them; two late calls at the end.
 */
export function chronological(exchanges: readonly Exchange[]): Exchange[] {
  const firstMulti = exchanges.findIndex(
    ({ file, name }) => file === 'shipments' && name.startsWith('multi_'),
  );
  const boundary = exchanges[firstMulti]?.index ?? 0;
  const rank = (exchange: Exchange): number => {
    const position = FILES.indexOf(exchange.file) * 1000;
    if (exchange.file === 'shipments' && exchange.index >= boundary)
      return FILES.indexOf('inventory') * 1000 + 900;
    if (
      exchange.name.startsWith('duplicate_race') ||
      exchange.name === 'product_updated_at_after_source_items'
    ) {
      return 100_000;
    }
    return position;
  };
  return exchanges.toSorted((left, right) => rank(left) - rank(right));
}
