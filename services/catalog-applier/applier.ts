import type { Configuration } from '../platform/config/read.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import { runFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/state-flow.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import { connectMagento } from '../magento/connect.ts';
import { catalogFlow } from './catalog-flow.ts';

/** Kafka to Magento: products and prices. */
export async function startCatalogApplier(
  configuration: Configuration<'magento' | 'catalog' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  const process = openProcess('catalog-applier', configuration, life);
  const magento = connectMagento(configuration, process.metrics);
  process.onStop(() => magento.close());
  const requestRefresh = refreshRequester(process.bus, process.name, process.context.clock);
  await runFlow(process, config.flows.catalog, (mode) =>
    runStates(
      process.context,
      catalogFlow({
        magento,
        catalog: config.catalog,
        // Looked up at each creation: a warehouse may have been mapped since.
        warehouses: () => Object.keys(config.stock.sources),
        requestRefresh,
        settleMs: config.magento.settleMs,
        connections: config.magento.connections,
        mode,
        clock: process.context.clock,
      }),
    ),
  );
}
