import { controls, orders, outcomes, parked, products, stock } from '../../../schemas/topics.ts';
import type { Control, Order, Outcome } from '../../../schemas/types.ts';
import { isOrderDocument } from '../../../schemas/keys.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { processIn, readerIn } from '../../platform/groups.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import { newestOrders } from '../newest-orders.ts';

const dayMs = 86_400_000;
/** Of what is written so long ago the shop's indexes must know. */
const indexedMs = 15 * 60_000;
const keptMax = 50_000;
const examplesMax = 3;

/** How often a code was met, and some of the keys. */
export interface Met {
  count: number;
  keys: string[];
}

/** What the topics show of the last day. */
export interface Evidence {
  now: number;
  /** Codes of what is parked now, and of what was tried in vain within a day. */
  codes: Map<string, Met>;
  /** When each reader of a flow last said what became of a record, UTC milliseconds. */
  lastOutcomeAt: Map<string, number>;
  /** Keys of orders that were made in the ERP more than once. */
  twiceMade: string[];
  /** SKUs by source of the shop that were told to be in stock, long enough ago. */
  inStock: Map<string, Set<string>>;
  /** The newest orders, each as it is now. */
  orders: Order[];
  twins: Met;
  oddSkus: Met;
  paused: Control[];
}

/** @param ordersMax of so many of the newest orders */
export async function gather(
  bus: Pick<Bus, 'readAll'>,
  { instance, now, ordersMax }: { instance: string; now: number; ordersMax: number },
): Promise<Evidence> {
  const found: Evidence = {
    now,
    codes: new Map(),
    lastOutcomeAt: new Map(),
    twiceMade: [],
    inStock: new Map(),
    orders: [],
    twins: { count: 0, keys: [] },
    oddSkus: { count: 0, keys: [] },
    paused: [],
  };
  const made = new Map<string, string>();
  const parkedNow = new Map<string, { code: string; key: string }>();
  const set = new Map<string, Control>();
  const skus = new Map<string, boolean>();
  await Promise.all([
    readToEnd(bus, outcomes, ({ value }) => value && takeOutcome(found, made, value, instance), {
      sinceMs: now - dayMs,
    }),
    readToEnd(bus, parked, ({ key, value }) => {
      if (value === null) parkedNow.delete(key);
      else if (processIn(instance, value.group) !== null && parkedNow.size < keptMax)
        parkedNow.set(key, { code: value.code, key });
    }),
    newestOrders(bus, instance, ordersMax, now - 7 * dayMs).then(
      (newest) => (found.orders = [...newest.values()]),
    ),
    readToEnd(bus, products, ({ key, value }) => {
      if (value === null || value.deleted || skus.size >= 10 * keptMax) skus.delete(key);
      else skus.set(key, value.twin !== null);
    }),
    readToEnd(bus, controls, ({ value }) => value?.instance === instance && set.set(value.reader, value)),
  ]);
  for (const { code, key } of parkedNow.values()) meet(found.codes, code, key);
  for (const [sku, hasTwin] of skus) {
    if (hasTwin) note(found.twins, sku);
    if (isOdd(sku)) note(found.oddSkus, sku);
  }
  found.paused = [...set.values()].filter(({ paused }) => paused);
  return found;
}

function takeOutcome(found: Evidence, made: Map<string, string>, outcome: Outcome, instance: string): void {
  if (processIn(instance, outcome.group) === null) return;
  const { topic, key, status, code, cause, targetId, finishedAt, group, documentId } = outcome;
  found.lastOutcomeAt.set(
    readerIn(group),
    Math.max(found.lastOutcomeAt.get(readerIn(group)) ?? 0, finishedAt),
  );
  // What is held is parked for as long as it is: a product that came after its stock is no trouble any more.
  if (code !== null && status !== 'held') meet(found.codes, code, key);
  if (
    topic === orders.topic &&
    cause?.startsWith('created') &&
    targetId !== null &&
    !isOrderDocument(documentId)
  ) {
    const before = made.get(key);
    if (before !== undefined && before !== targetId) found.twiceMade.push(key);
    if (made.size < keptMax) made.set(key, targetId);
  }
  if (topic === stock.topic && status === 'applied' && targetId !== null) takeStock(found, outcome, targetId);
}

function takeStock({ inStock, now }: Evidence, { cause, finishedAt }: Outcome, targetId: string): void {
  const [source = '', ...rest] = targetId.split('/');
  const sku = rest.join('/');
  const own = inStock.get(source) ?? new Set();
  inStock.set(source, own);
  own.delete(sku);
  const isOffered = cause?.endsWith(', in stock') && !cause.startsWith('0.0000,');
  if (isOffered && finishedAt < now - indexedMs && own.size < keptMax) own.add(sku);
}

/** What paths, shells and people lose: Magento takes it all the same. */
const isOdd = (sku: string) =>
  sku !== sku.trim() || sku.length > 64 || /[\p{Cc}\p{Cf}/%+\\]|\s{2}/u.test(sku);

function meet(codes: Map<string, Met>, code: string, key: string): void {
  const met = codes.get(code) ?? { count: 0, keys: [] };
  codes.set(code, met);
  note(met, key);
}

function note(met: Met, key: string): void {
  met.count += 1;
  if (met.keys.length < examplesMax && !met.keys.includes(key)) met.keys.push(key);
}
