import { fulfilments as contract } from '../../schemas/topics.ts';
import type { Configuration } from '../platform/config/read.ts';
import { runDocuments } from '../platform/flow/documents/run-documents.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { CodeIds } from '../magento/code-ids.ts';
import { tieToOrder } from '../platform/telemetry/order-trace.ts';
import { connectMagento } from '../magento/connect.ts';
import { applyFulfilment } from './fulfilment.ts';
import { shippableOrders } from './shippable-orders.ts';
import { StoreIds } from './store-ids.ts';

/** Kafka to Magento: shipments, and the ERP's numbers of orders. */
export function startShipmentApplier(
  configuration: Configuration<'magento' | 'fulfilments' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  return startFlow('shipment-applier', 'shipments', { configuration, life }, (process, mode) => {
    const { clock } = process.context;
    const magento = connectMagento(configuration, process);
    process.onStop(() => magento.close());
    const options = {
      magento,
      instance: config.instance,
      fulfilments: config.fulfilments,
      stock: config.stock,
      storeIds: new StoreIds(new CodeIds(() => magento.store.views(), clock)),
      requestRefresh: refreshRequester(process.bus, process.name, clock),
    };
    return runDocuments(process.context, {
      name: 'shipments',
      contract,
      mode,
      concurrency: () => magento.callsAtOnce(),
      settleMs: config.magento.settleMs,
      handle: (record, attempt) => {
        tieToOrder(record.key, 'shipment to the shop');
        return applyFulfilment(record.value, attempt, options);
      },
      probe: async () => void (await magento.store.views()),
      awaited: { order: (keys) => shippableOrders(keys, options) },
    });
  });
}
