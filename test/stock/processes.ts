import { AsyncLocalStorage } from 'node:async_hooks';
import { DefaultRows } from '../../services/magento/default-rows.ts';
import { fulfilments, stock } from '../../schemas/topics.ts';
import { stockFlow } from '../../services/inventory-applier/stock-flow.ts';
import { Turns } from '../../services/platform/turns.ts';
import type { SourceItem } from '../../services/magento/source-items.ts';
import { fulfilmentsSection } from '../../services/platform/config/sections/fulfilments.ts';
import type { stockSection } from '../../services/platform/config/sections/stock.ts';
import { runDocuments } from '../../services/platform/flow/documents/run-documents.ts';
import { refreshRequester } from '../../services/platform/flow/request-refresh.ts';
import { runStates } from '../../services/platform/flow/states/run-states.ts';
import type { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import type { Random } from '../../services/platform/flow/testing/random.ts';
import { AppliedStock } from '../../services/shipment-applier/applied-stock.ts';
import { applyFulfilment } from '../../services/shipment-applier/fulfilment.ts';
import type { LookUp } from '../../services/shipment-applier/fulfilment.ts';
import { LookedUp } from '../../services/shipment-applier/looked-up.ts';
import { Room } from '../../services/shipment-applier/room.ts';
import { StockWait } from '../../services/shipment-applier/stock-wait.ts';
import { partitions } from './model-erp.ts';
import { Seat } from './seat.ts';
import type { ShopLine } from './shop-line.ts';

export interface ProcessOptions {
  broker: SimulatedBroker;
  random: Random;
  line: ShopLine;
  rules: ReturnType<typeof stockSection.parse>;
  settleMs: number;
  /** Numbers stand at their sources: by key, the position of the ERP's log that they are of. */
  written: (positions: ReadonlyMap<string, number>) => void;
  /** Room for a shipment was made there. */
  raised: (rows: readonly SourceItem[]) => void;
}

/** The inventory applier, with its own flow. */
export function inventoryApplier({ broker, random, line, rules, settleMs, written }: ProcessOptions): Seat {
  /** The records of the batch at hand, by source and SKU. */
  const batch = new AsyncLocalStorage<Map<string, readonly [key: string, position: number]>>();
  const begun = () => {
    const records = batch.getStore()!;
    return (rows: readonly SourceItem[]) =>
      written(new Map(rows.map(({ sourceCode, sku }) => records.get(`${sourceCode}/${sku}`)!)));
  };
  return new Seat({
    broker,
    random,
    process: 'inventory-applier',
    topic: stock.topic,
    partition: partitions.stock,
    start: (context, { clock }) => {
      const magento = line.seenBy(clock, begun) as never;
      const turns = new Turns();
      const defaultRows = new DefaultRows(magento, () => Object.values(rules.sources));
      const options = { magento, stock: rules, settleMs, mode: 'on' as const, clock, turns, defaultRows };
      const flow = stockFlow({ ...options, isOld: () => false });
      return runStates(context, {
        ...flow,
        apply: (records, attempt) => {
          const known = records.map(({ key, value }) => {
            const { source, sku, version } = value!;
            return [`${rules.sources[source]}/${sku}`, [key, version.number]] as const;
          });
          return batch.run(new Map(known), () => flow.apply(records, attempt));
        },
      });
    },
  });
}

/** The shipment applier, with its own flow; its shipments wait for their stock however long it takes. */
export function shipmentApplier({ broker, random, line, rules, settleMs, raised }: ProcessOptions): Seat {
  const config = fulfilmentsSection.parse({ since: '1970-01-01T00:00:00Z', carriers: {} });
  return new Seat({
    broker,
    random,
    process: 'shipment-applier',
    topic: fulfilments.topic,
    partition: partitions.fulfilments,
    start: async (context, { bus, clock }) => {
      const magento = line.seenBy(clock, () => raised);
      const requestRefresh = refreshRequester(bus, 'shipment-applier', clock);
      const applied = new AppliedStock({ bus, instance: 'main', clock });
      await applied.follow();
      const onPassed = () => undefined;
      const stockWait = new StockWait({ applied, requestRefresh, waitMs: Infinity, clock, onPassed });
      const storeIds = { of: () => Promise.resolve(1) };
      const room = new Room();
      const options = {
        instance: 'main',
        clock,
        lookedUp: new LookedUp<LookUp>(clock),
        fulfilments: config,
        stock: rules,
        settleMs,
        storeIds,
        stockWait,
        room,
      };
      return runDocuments(context, {
        name: 'shipments',
        contract: fulfilments,
        mode: 'on',
        concurrency: () => 2,
        settleMs,
        handle: ({ value, publishedAt }, attempt) =>
          applyFulfilment({ document: value, publishedAt }, attempt, {
            ...options,
            magento: magento as never,
            requestRefresh,
          }),
        probe: () => Promise.resolve(),
        awaited: { order: () => Promise.resolve(new Set()) },
      });
    },
  });
}
