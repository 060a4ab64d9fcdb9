import type { Configuration } from '../platform/config/read.ts';
import { groupOf } from '../platform/groups.ts';
import { quietHoursOf } from '../platform/schedules.ts';
import { refreshRequester } from '../platform/flow/request-refresh.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { DefaultRows } from '../magento/default-rows.ts';
import { connectMagento } from '../magento/connect.ts';
import { atOnceBy } from './quiet-hours.ts';
import { catalogFlow } from './catalog-flow.ts';

/** Kafka to Magento: products and prices. */
export function startCatalogApplier(
  configuration: Configuration<'magento' | 'catalog' | 'stock'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  return startFlow('catalog-applier', 'catalog', { configuration, life }, (process, mode) => {
    const { clock, controls } = process.context;
    const { metrics, log } = process;
    // Stock and orders go first.
    const magento = connectMagento(configuration, { metrics, log, yields: true });
    process.onStop(() => magento.close());
    const { catalog } = config;
    const setHours = () => quietHoursOf(controls.of(groupOf(config.instance, 'catalog-applier'))?.schedule);
    const flow = catalogFlow({
      magento: {
        ...magento,
        callsAtOnce: atOnceBy(catalog.quietHours, clock, () => magento.callsAtOnce(), setHours),
      },
      catalog,
      // Looked up at each creation: a warehouse may have been mapped since.
      warehouses: () => Object.keys(config.stock.sources),
      defaultRows: new DefaultRows(magento, () => Object.values(config.stock.sources)),
      requestRefresh: refreshRequester(process.bus, process.name, clock),
      settleMs: config.magento.settleMs,
      mode,
      clock,
    });
    return runStates(process.context, flow);
  });
}
