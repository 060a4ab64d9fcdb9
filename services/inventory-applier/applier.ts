import type { Configuration } from '../platform/config/read.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { connectMagento } from '../magento/connect.ts';
import { stockFlow } from './stock-flow.ts';

/** Kafka to Magento: stock. Writes the newest quantity and status of each SKU at each source. */
export function startInventoryApplier(
  configuration: Configuration<'magento' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  return startFlow('inventory-applier', 'stock', { configuration, life }, (process, mode) => {
    const magento = connectMagento(configuration, process);
    process.onStop(() => magento.close());
    const flow = stockFlow({
      magento,
      stock: config.stock,
      settleMs: config.magento.settleMs,
      mode,
      clock: process.context.clock,
    });
    return runStates(process.context, flow);
  });
}
