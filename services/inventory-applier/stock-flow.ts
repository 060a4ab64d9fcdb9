import { stock as stockContract } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { BatchSize } from '../magento/batch-size.ts';
import type { DefaultRows } from '../magento/default-rows.ts';
import type { Magento } from '../magento/magento.ts';
import { foldSku, livesOn, livesOnAs } from '../magento/sku.ts';
import type { SourceItem } from '../magento/source-items.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { BatchResult, StateFlow } from '../platform/flow/states/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Mode } from '../platform/groups.ts';
import { KnownRows } from './known-rows.ts';
import { KnownSkus } from './known-skus.ts';
import { hasEmptyRows } from '../wanted/stock/rules.ts';
import { sourceItemOf } from '../wanted/stock/source-item.ts';
import type { Turns } from '../platform/turns.ts';
import { Urgency } from './urgency.ts';

export interface StockFlowOptions {
  magento: Pick<Magento, 'products' | 'sourceItems' | 'store' | 'callsAtOnce'>;
  stock: Config['stock'];
  settleMs: number;
  mode: Mode;
  clock: Clock;
  turns: Turns;
  defaultRows: Pick<DefaultRows, 'without'>;
  /** What the ERP has told is too old to be sold by. */
  isOld: () => boolean;
}

/** While one is at the shop the next stands ready: before and after its call a batch waits for the broker. */
const batchesPerCall = 2;

type StockRecord = Received<Stock>;

/**
 * The flow of stock. A record always leads to a write, also when the quantity is the one written last: Magento's own
 * shipments deduct from the source as well, so "nothing changed since I last wrote" is no reason to skip (FACTS section 14).
 */
export function stockFlow(options: StockFlowOptions): StateFlow<Stock> {
  const { magento, clock } = options;
  const known = new KnownSkus(magento.products, options.stock.knownSkuMs, () => clock.now());
  const rows = new KnownRows(magento.sourceItems);
  const size = new BatchSize(options.stock.batch, clock);
  const urgency = new Urgency();
  return {
    name: 'stock',
    contracts: [stockContract],
    mode: options.mode,
    concurrency: () => magento.callsAtOnce() * batchesPerCall,
    settleMs: options.settleMs,
    batchGroupOf: (record) => record.value?.source ?? '',
    // One writer per SKU, whatever the source and the letter case.
    lockOf: (record) => foldSku(record.value?.sku ?? ''),
    urgent: (record) => isUrgent(record, options, urgency),
    batchSize: () => size.current,
    linger: { urgentMs: 100, normalMs: options.stock.batch.lingerMs },
    probe: async () => void (await magento.store.views()),
    awaited: { product: async (skus) => new Set((await magento.products.existing(skus)).keys()) },
    apply: async (records, attempt) => {
      const results: BatchResult<Stock> = new Map();
      const items = await writable(records, results, options, known);
      await leaveOutEmptyRows(items, results, options, rows);
      if (items.size === 0) return results;
      if (attempt.mode === 'dry') for (const [record, item] of items) results.set(record, dry(item));
      else {
        await write(items, results, attempt, options, size, urgency);
        rows.note(items.values());
      }
      return results;
    },
  };
}

/** By what would be written: a quantity within the safety buffer, or not for sale, is sold out. */
function isUrgent({ key, value }: StockRecord, options: StockFlowOptions, urgency: Urgency): boolean {
  if (value === null) return false;
  try {
    return urgency.isUrgent(key, sourceItemOf(value, options.stock, options.isOld()).status === 1);
  } catch {
    // It will be held or rejected: no hurry.
    return false;
  }
}

/** The rows that can be written; for the other records the result is their error. */
async function writable(
  records: StockRecord[],
  results: BatchResult<Stock>,
  options: StockFlowOptions,
  known: KnownSkus,
): Promise<Map<StockRecord, SourceItem>> {
  const items = new Map<StockRecord, SourceItem>();
  for (const record of records)
    try {
      if (options.stock.ignore.includes(record.value!.source)) results.set(record, ignored(record.value!));
      else if (livesOn(record.value!)) results.set(record, livesOnAs(record.value!.twin!));
      else items.set(record, sourceItemOf(record.value!, options.stock, options.isOld()));
    } catch (error) {
      results.set(record, error as Error);
    }
  const present = await known.among([...items.values()].map(({ sku }) => sku));
  for (const [record, item] of items)
    if (!present.has(item.sku)) {
      items.delete(record);
      results.set(record, skuUnknown(item.sku));
    }
  return items;
}

function ignored({ source }: Stock): Handled {
  return { status: 'unchanged', cause: `the shop is not to know the warehouse ${source} (stock.ignore)` };
}

/** What a source has nothing of, and never had, is shown by its having no row. */
async function leaveOutEmptyRows(
  items: Map<StockRecord, SourceItem>,
  results: BatchResult<Stock>,
  { stock }: StockFlowOptions,
  rows: KnownRows,
): Promise<void> {
  const optional = [...items].filter(([{ value }]) => !hasEmptyRows(value!.source, stock));
  const needless = await rows.needless(optional.map(([, item]) => item));
  for (const [record, item] of optional)
    if (needless.has(item)) {
      items.delete(record);
      results.set(record, {
        status: 'unchanged',
        cause: 'nothing lies there, and the source has no row for it',
      });
    }
}

async function write(
  items: Map<StockRecord, SourceItem>,
  results: BatchResult<Stock>,
  attempt: Attempt,
  options: StockFlowOptions,
  size: BatchSize,
  urgency: Urgency,
): Promise<void> {
  // Sorted, so that two batches never wait for each other's rows in opposite order.
  const rows = [...items.values()].toSorted((left, right) => (left.sku < right.sku ? -1 : 1));
  await options.turns.together(() => {
    const skus = rows.map(({ sku }) => sku);
    return options.defaultRows.without(skus, attempt, () =>
      size.request(rows.length, () => options.magento.sourceItems.write(rows)),
    );
  });
  for (const [record, item] of items) {
    urgency.note(record.key, item.status === 1);
    results.set(record, {
      status: 'applied',
      targetId: `${item.sourceCode}/${item.sku}`,
      cause: `${item.quantity}, ${statusText(item)}`,
    });
  }
}

function dry(item: SourceItem) {
  return {
    status: 'dry' as const,
    cause: `would set ${item.sku} at ${item.sourceCode} to ${item.quantity}, ${statusText(item)}`,
  };
}

function statusText(item: SourceItem): string {
  return item.status === 1 ? 'in stock' : 'out of stock';
}

function skuUnknown(sku: string): Held {
  return new Held({
    code: 'stock.sku_unknown',
    what: `Stock of ${sku}: the shop has no such product`,
    fix: 'Create the product in the shop, or let Cartage create it; its stock is released by that, within minutes',
    waitsFor: `product/${sku}`,
  });
}
