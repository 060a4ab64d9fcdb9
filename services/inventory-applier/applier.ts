import type { Configuration } from '../platform/config/read.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { Config } from '../platform/config/schema.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import { connectMagento } from '../magento/connect.ts';
import type { Magento } from '../magento/magento.ts';
import { Comparison } from './compare/comparison.ts';
import { ComparisonRounds } from './compare/rounds.ts';
import { sourceItemOf } from './source-item.ts';
import { stockFlow } from './stock-flow.ts';

/** Kafka to Magento: stock. Writes the newest quantity and status of each SKU at each source. */
export function startInventoryApplier(
  configuration: Configuration<'magento' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  return startFlow('inventory-applier', 'stock', { configuration, life }, async (process, mode) => {
    const magento = connectMagento(configuration, process);
    process.onStop(() => magento.close());
    const flow = stockFlow({
      magento,
      stock: config.stock,
      settleMs: config.magento.settleMs,
      mode,
      clock: process.context.clock,
    });
    const subscription = await runStates(process.context, flow);
    if (mode === 'on') compareAgainAndAgain(process, magento, config.stock, subscription);
    return subscription;
  });
}

/** A dry flow has written nothing that the shop could be compared with. */
function compareAgainAndAgain(
  { bus, context, name, metrics, log, onStop }: Process,
  magento: Magento,
  stock: Config['stock'],
  subscription: Subscription,
): void {
  const { clock } = context;
  const rounds = new ComparisonRounds({
    comparison: new Comparison({
      bus,
      magento,
      subscription,
      clock,
      itemOf: (value) => sourceItemOf(value, stock),
      requestRefresh: refreshRequester(bus, name, clock),
    }),
    subscription,
    everyMs: stock.compareEveryMs,
    clock,
    log,
    metrics,
  });
  onStop(() => rounds.stop());
}
