import type { Exchange } from './recorded.ts';

/** What becomes of an exchange: compared, sent only for its effect, or left out. */
export type Coverage = { kind: 'covered' } | { kind: 'sent' | 'left_out'; reason: string };

const COVERED: Coverage = { kind: 'covered' };

/** Whole files whose resources the stand-in does not have yet. */
const FILES_LEFT_OUT: Readonly<Record<string, string>> = {
  'async-bulk':
    'asynchronous and bulk calls are not built: no flow uses them, for the reasons in deploy/CATALOG.md',
};

/** Resources that no flow calls yet, by their path. */
const PATHS_LEFT_OUT: readonly [RegExp, string][] = [
  [
    /\/async\//,
    'asynchronous and bulk calls are not built: no flow uses them, for the reasons in deploy/CATALOG.md',
  ],
  [
    /\/V1\/(integration\/customer|carts\/mine)/,
    'customer carts are not built: guest checkout places the orders',
  ],
  [/\/stockItems/, 'the legacy stock items are not built: source items are written'],
  [/low-quantity-notification/, 'low quantity notifications are not built: no flow calls them'],
  [/source-selection-algorithm/, 'source selection is not built: the ERP decides the source'],
  [
    /(dump-stock-index-data|export-stock-salable-qty|are-product-salable-for)/,
    'exports of the stock index are not built: no flow calls them',
  ],
  [
    /\/V1\/(categories\/\d+(\/move)?$|eav)|attribute-sets\/groups/,
    'single categories, attribute groups and sets of other entities are not built: no flow calls them',
  ],
  [
    /\/products\/[^/]+\/websites(\/|$|\?)/,
    'website links of products are not built: they are written with the product',
  ],
];

/** Exchanges that were recorded under conditions which a stand-in does not have. */
const NAMES_LEFT_OUT: readonly [RegExp, string][] = [
  [/^malformed\/limits_/, 'recorded with input limits switched on in the configuration'],
  [
    /^malformed\/(maintenance_|db_|php_|cache_|client_timeout)/,
    'recorded during an outage; the switches to misbehave make such answers',
  ],
  [
    /^malformed\/(accept_(xml|xml_error|browser|gzip|html|csv)|ct_xml_body|not_rest)/,
    'XML, compressed and HTML answers are not built: clients ask for JSON',
  ],
  [
    /^malformed\/(url_|in_500_skus|body_)/,
    'the request is not recorded whole (very long), or the web server answered it',
  ],
  [
    /^customers\/delete_out_of_scope$/,
    'recorded with an integration that may not delete; ours may do everything',
  ],
  [/^malformed\/json_latin1$/, 'the bytes of the request cannot be kept in JSON'],
  [/^inventory\/post_batch_(200|500|1500)/, 'only the first rows of the request are recorded'],
  [
    /^catalog\/duplicate_race/,
    'four calls at the same instant made several products of one SKU; the stand-in works on one call at a time',
  ],
  [
    /^inventory\/legacy_(put_.*(read|salable)|get_after)/,
    'reads what was written to the legacy stock item, which is not built',
  ],
];

/** Sent, because later calls stand on their effect, but their own answer cannot be foretold. */
const SENT: readonly [RegExp, string][] = [
  [
    /^shipments\/concurrent_(full|half)_ship_\d$/,
    'sent at the same instant: which of the calls won cannot be known',
  ],
  [/^malformed\/camel_case_members$/, 'the name had been put right again before, unrecorded'],
];

/** State that cannot be known from the recordings. */
const UNKNOWN_STATE: readonly [RegExp, string][] = [
  [
    /^malformed\/page_size_(100000|overflow|negative_products)$/,
    'the number of all products at that time: asynchronous calls had made some that were not all read back',
  ],
];

export function coverageOf(exchange: Exchange): Coverage {
  const id = `${exchange.file}/${exchange.name}`;
  const sent = reasonIn(SENT, id);
  if (sent !== null) return { kind: 'sent', reason: sent };
  const reason =
    FILES_LEFT_OUT[exchange.file] ??
    reasonIn(NAMES_LEFT_OUT, id) ??
    reasonIn(UNKNOWN_STATE, id) ??
    reasonIn(PATHS_LEFT_OUT, exchange.request.path);
  return reason === null ? COVERED : { kind: 'left_out', reason };
}

function reasonIn(rules: readonly [RegExp, string][], text: string): string | null {
  return rules.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
