import type { Configuration } from '../platform/config/read.ts';
import { runFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/state-flow.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import { connectMagento } from '../magento/connect.ts';
import { stockFlow } from './stock-flow.ts';

/** Kafka to Magento: stock. Writes the newest quantity and status of each SKU at each source. */
export async function startInventoryApplier(
  configuration: Configuration<'magento' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  const process = openProcess('inventory-applier', configuration, life);
  const magento = connectMagento(configuration, process.metrics);
  process.onStop(() => magento.close());
  await runFlow(process, config.flows.stock, (mode) =>
    runStates(
      process.context,
      stockFlow({
        magento,
        stock: config.stock,
        settleMs: config.magento.settleMs,
        connections: config.magento.connections,
        mode,
        clock: process.context.clock,
      }),
    ),
  );
}
