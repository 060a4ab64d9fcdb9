import { fulfilments as contract } from '../../schemas/topics.ts';
import type { Configuration } from '../platform/config/read.ts';
import { runDocuments } from '../platform/flow/documents/run-documents.ts';
import type { Mode } from '../platform/groups.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import { KeptCodes } from '../platform/kept-codes.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { CodeIds } from '../magento/code-ids.ts';
import { tieToOrder } from '../platform/telemetry/order-trace.ts';
import { connectMagento } from '../magento/connect.ts';
import { AppliedStock } from './applied-stock.ts';
import { applyFulfilment } from './fulfilment.ts';
import type { LookUp } from './fulfilment.ts';
import { LookedUp } from './looked-up.ts';
import { Room } from './room.ts';
import { ordersThat } from './decided-orders.ts';
import { isDecided, isInvoiced } from './order-state.ts';
import { StockWait } from './stock-wait.ts';
import { StoreIds } from './store-ids.ts';

type FulfilmentConfiguration = Configuration<'magento' | 'fulfilments' | 'stock'>;

/** Kafka to Magento: shipments, invoices, credit memos, and the ERP's numbers of orders. */
export function startShipmentApplier(configuration: FulfilmentConfiguration, life: Life): Promise<void> {
  return startFlow('shipment-applier', 'shipments', { configuration, life }, (process, mode) =>
    applyFulfilments(configuration, process, mode),
  );
}

export async function applyFulfilments(
  configuration: FulfilmentConfiguration,
  process: Process,
  mode: Mode,
): Promise<Subscription> {
  const { config } = configuration;
  const { clock } = process.context;
  const requestRefresh = refreshRequester(process.bus, process.name, clock);
  const kept = new KeptCodes(process.bus, config.instance, clock);
  const reading = await kept.follow();
  process.onStop(() => reading.stop());
  const magento = connectMagento(configuration, process, (coded) => kept.of(coded));
  process.onStop(() => magento.close());
  const options = {
    magento,
    clock,
    lookedUp: new LookedUp<LookUp>(clock),
    instance: config.instance,
    fulfilments: config.fulfilments,
    stock: config.stock,
    settleMs: config.magento.settleMs,
    storeIds: new StoreIds(new CodeIds(() => magento.store.views(), clock)),
    requestRefresh,
    stockWait: mode === 'on' ? await openStockWait(process, config, requestRefresh) : null,
    room: new Room(),
  };
  return runDocuments(process.context, {
    name: 'shipments',
    contract,
    mode,
    concurrency: () => magento.callsAtOnce(),
    settleMs: config.magento.settleMs,
    handle: (record, attempt) => {
      tieToOrder(record.key, 'shipment to the shop');
      return applyFulfilment({ document: record.value, publishedAt: record.publishedAt }, attempt, options);
    },
    probe: async () => void (await magento.store.views()),
    awaited: {
      order: (keys) => ordersThat(isDecided, keys, options),
      invoice: (keys) => ordersThat(isInvoiced, keys, options),
    },
  });
}

/** Null where there is nothing to wait for: Cartage writes no stock, or is not to wait. */
async function openStockWait(
  { bus, context, metrics, onStop }: Process,
  { instance, flows, fulfilments }: Configuration<'fulfilments'>['config'],
  requestRefresh: RequestRefresh,
): Promise<StockWait | null> {
  if (flows.stock !== 'on' || fulfilments.stockWaitMs === 0) return null;
  const { clock } = context;
  const applied = new AppliedStock({ bus, instance, clock });
  onStop(await applied.follow());
  const passed = metrics.shippedUnconfirmed.labels({ flow: 'shipments' });
  passed.inc(0);
  const { stockWaitMs: waitMs } = fulfilments;
  return new StockWait({ applied, requestRefresh, waitMs, clock, onPassed: () => passed.inc() });
}
