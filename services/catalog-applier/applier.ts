import type { Configuration } from '../platform/config/read.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { connectMagento } from '../magento/connect.ts';
import { catalogFlow } from './catalog-flow.ts';

/** Kafka to Magento: products and prices. */
export function startCatalogApplier(
  configuration: Configuration<'magento' | 'catalog' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  return startFlow('catalog-applier', 'catalog', { configuration, life }, (process, mode) => {
    const { clock } = process.context;
    const magento = connectMagento(configuration, process);
    process.onStop(() => magento.close());
    const flow = catalogFlow({
      magento,
      catalog: config.catalog,
      // Looked up at each creation: a warehouse may have been mapped since.
      warehouses: () => Object.keys(config.stock.sources),
      requestRefresh: refreshRequester(process.bus, process.name, clock),
      settleMs: config.magento.settleMs,
      mode,
      clock,
    });
    return runStates(process.context, flow);
  });
}
