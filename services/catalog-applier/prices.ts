import { products } from '../../schemas/topics.ts';
import type { Prices } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import type { RowsWritten } from '../magento/price-rows.ts';
import type { KnownProduct } from '../magento/products.ts';
import { foldSku, heldForTwin } from '../magento/sku.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/schema.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import type { BatchResult } from '../platform/flow/states/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';
import { hasPrice } from './product-mapping.ts';
import { basePriceOf } from './base-price.ts';
import { priceKinds } from './price-kinds.ts';
import type { PriceKind } from './price-kinds.ts';
import type { WebsiteIds } from './websites.ts';

export interface PriceOptions {
  magento: Pick<Magento, 'products' | 'prices'>;
  catalog: Config['catalog'];
  requestRefresh: RequestRefresh;
  clock: Pick<Clock, 'now'>;
}

/** What keeps what was learnt of the shop. */
export interface PriceKnowledge {
  websites: WebsiteIds;
  /** Time zone of the shop's stores. */
  timezone: () => Promise<string>;
}

type Row = { sku: string; price: string };

/** What there is to do for one record, kind by kind. */
interface Planned {
  record: Received<Prices>;
  wanted: Map<PriceKind<Row>, Row[]>;
  /** Kinds that were written, or would be. */
  done: string[];
}

/** Writes prices: reads, compares, writes what differs. A disabled product is asked for again: it may be due now. */
export async function writePrices(
  records: Received<Prices>[],
  attempt: Attempt,
  options: PriceOptions,
  known: PriceKnowledge,
): Promise<BatchResult<Prices>> {
  const results: BatchResult<Prices> = new Map();
  const { prices } = options.magento;
  const kinds = priceKinds(prices, options.catalog, await shopFor(options, known));
  const planned = records.flatMap((record) => plannedPrices(record, kinds, options, results));
  const products = await options.magento.products.existing(planned.map(({ record }) => record.value!.sku));
  const present = planned.filter((one) => {
    const { record } = one;
    const product = products.get(record.value!.sku);
    if (product === undefined) results.set(record, asUnknown(one));
    else if (!hasPrice(product.type_id))
      results.set(record, {
        status: 'unchanged',
        cause: `a ${product.type_id} product has no price of its own`,
      });
    return product !== undefined && hasPrice(product.type_id);
  });
  if (present.length === 0) return results;
  const refused = new Map<string, Rejected>();
  for (const kind of kinds) await writeKind(kind, present, refused, attempt);
  for (const { record, done } of present)
    results.set(record, refused.get(record.value!.sku) ?? handled(record.value!, done, attempt, options));
  if (attempt.mode === 'on') await askForDisabled(present, products, refused, options);
  return results;
}

/** A product that does not cost anything need not be there. */
function asUnknown({ record, wanted }: Planned): Handled | Held {
  const hasNone = [...wanted.values()].every((rows) => rows.length === 0);
  return hasNone ? { status: 'unchanged', cause: 'no price holds now' } : skuUnknown(record.value!.sku);
}

function plannedPrices(
  record: Received<Prices>,
  kinds: readonly PriceKind<Row>[],
  options: PriceOptions,
  results: BatchResult<Prices>,
): Planned[] {
  const prices = record.value!;
  if (prices.deleted) {
    // The product is disabled by its own record; what it cost stays.
    results.set(record, { status: 'unchanged', cause: 'gone from the ERP' });
    return [];
  }
  try {
    if (prices.twin !== null) throw heldForTwin('The price', prices.sku, prices.twin);
    const now = options.clock.now();
    return [{ record, wanted: new Map(kinds.map((kind) => [kind, kind.wanted(prices, now)])), done: [] }];
  } catch (error) {
    results.set(record, error as Error);
    return [];
  }
}

/** Reads, compares, writes one kind. An answer that names no row is the fault of one of several: the batch is split then. */
async function writeKind(
  kind: PriceKind<Row>,
  planned: readonly Planned[],
  refused: Map<string, Rejected>,
  attempt: Attempt,
): Promise<void> {
  const sought = planned.filter(({ wanted }) => kind.remove !== undefined || wanted.get(kind)!.length > 0);
  if (sought.length === 0) return;
  const found = new Map<string, Row[]>();
  for (const row of await kind.read(sought.map(({ record }) => record.value!.sku))) {
    if (!kind.owns(row)) continue;
    const sku = foldSku(row.sku);
    found.set(sku, [...(found.get(sku) ?? []), row]);
  }
  const missing: Row[] = [];
  const surplus: Row[] = [];
  for (const one of sought) {
    const { sku } = one.record.value!;
    const there = found.get(foldSku(sku)) ?? [];
    const wanted = one.wanted.get(kind)!;
    const differing = wanted.filter((row) => !there.some((other) => isSame(kind, row, other)));
    const keys = new Set(wanted.map((row) => kind.key(row)));
    const gone = kind.remove ? there.filter((row) => !keys.has(kind.key(row))) : [];
    if (differing.length + gone.length > 0) one.done.push(shown(kind, differing, gone));
    missing.push(...differing);
    surplus.push(...gone);
  }
  if (attempt.mode === 'dry') return;
  if (surplus.length > 0 && kind.remove) await act(surplus, (rows) => kind.remove!(rows), refused, attempt);
  if (missing.length > 0) await act(missing, (rows) => kind.write(rows), refused, attempt);
}

async function act(
  rows: readonly Row[],
  call: (rows: readonly Row[]) => Promise<RowsWritten>,
  refused: Map<string, Rejected>,
  attempt: Attempt,
): Promise<void> {
  attempt.assertCurrent();
  const written = await call(rows);
  const skus = [...new Set(rows.map(({ sku }) => sku))];
  if (written.unmatched.length > 0) throw priceRefused(skus.join(', '), written.unmatched.join('; '));
  for (const [sku, message] of written.refused) refused.set(sku, priceRefused(sku, message));
}

const isSame = (kind: PriceKind<Row>, left: Row, right: Row): boolean =>
  kind.key(left) === kind.key(right) &&
  compareDecimals(left.price, right.price) === 0 &&
  (kind.isSame?.(left, right) ?? true);

function shown({ name }: PriceKind<Row>, differing: readonly Row[], gone: readonly Row[]): string {
  const set = differing.map(({ price }) => price).join(', ');
  return [...(set === '' ? [] : [`${name} ${set}`]), ...(gone.length === 0 ? [] : [`no more ${name}`])].join(
    '; ',
  );
}

function handled(
  { sku, prices }: Prices,
  done: readonly string[],
  { mode }: Attempt,
  { catalog, clock }: PriceOptions,
): Handled {
  const cause = done.join('; ');
  if (done.length > 0)
    return mode === 'dry'
      ? { status: 'dry', cause: `would set for ${sku}: ${cause}` }
      : { status: 'applied', targetId: sku, cause };
  const base = basePriceOf({ sku, prices } as Prices, catalog, clock.now());
  if (base !== null) return { status: 'unchanged', targetId: sku };
  return { status: 'unchanged', cause: `no price in the list ${catalog.basePriceList} holds now` };
}

async function shopFor({ catalog }: PriceOptions, { websites, timezone }: PriceKnowledge) {
  const ids = new Map<string, number>();
  for (const list of Object.values(catalog.priceLists)) {
    const code = list.kind === 'tier' ? list.website : undefined;
    if (code !== undefined) ids.set(code, (await websites.of([code]))[0]!);
  }
  const needsZone = Object.values(catalog.priceLists).some(({ kind }) => kind === 'special');
  return { websites: ids, timezone: needsZone ? await timezone() : 'UTC' };
}

async function askForDisabled(
  present: readonly Planned[],
  known: Map<string, KnownProduct>,
  refused: Map<string, Rejected>,
  { requestRefresh, catalog, clock }: PriceOptions,
): Promise<void> {
  const disabled = present
    .filter(({ record }) => basePriceOf(record.value!, catalog, clock.now()) !== null)
    .map(({ record }) => record.value!.sku)
    .filter((sku) => known.get(sku)?.status === 2 && !refused.has(sku));
  await requestRefresh(products.topic, disabled, 'priced');
}

function skuUnknown(sku: string): Held {
  return new Held({
    code: 'price.sku_unknown',
    what: `Price of ${sku}: the shop has no such product`,
    fix: 'Create the product in the shop, or let Cartage create it; its price is released by that, within minutes',
    waitsFor: `product/${sku}`,
  });
}

function priceRefused(sku: string, message: string): Rejected {
  return new Rejected({
    code: 'price.refused',
    what: `Magento refused the price of ${sku}`,
    why: message,
    fix: 'Correct the price in the ERP',
  });
}
