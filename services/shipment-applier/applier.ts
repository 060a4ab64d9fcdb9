import { fulfilments as contract } from '../../schemas/topics.ts';
import type { Configuration } from '../platform/config/read.ts';
import { runDocuments } from '../platform/flow/documents/document-flow.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import { runFlow } from '../platform/lifecycle/run-flow.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import { connectMagento } from '../magento/connect.ts';
import { applyFulfilment } from './fulfilment.ts';
import { shippableOrders } from './shippable-orders.ts';
import { StoreIds } from './store-ids.ts';

/** Kafka to Magento: shipments. */
export async function startShipmentApplier(
  configuration: Configuration<'magento' | 'fulfilments' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  const process = openProcess('shipment-applier', configuration, life);
  const magento = connectMagento(configuration, process.metrics);
  process.onStop(() => magento.close());
  const options = {
    magento,
    instance: config.instance,
    fulfilments: config.fulfilments,
    stock: config.stock,
    storeIds: new StoreIds(magento.store),
    requestRefresh: refreshRequester(process.bus, process.name, process.context.clock),
  };
  await runFlow(process, config.flows.shipments, (mode) =>
    runDocuments(process.context, {
      name: 'shipments',
      contract,
      mode,
      concurrency: config.magento.connections,
      settleMs: config.magento.settleMs,
      handle: (record, attempt) => applyFulfilment(record.value, attempt, options),
      probe: async () => void (await magento.store.views()),
      awaited: { order: (keys) => shippableOrders(keys, options) },
    }),
  );
}
