import { openRecords } from '../../erp/ask-records.ts';
import type { AskedRecords } from '../../erp/ask-records.ts';
import { lookUpOrder } from '../../erp/orders/look-up.ts';
import { connectMagento } from '../../magento/connect.ts';
import type { Magento } from '../../magento/magento.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Ends } from './ends.ts';

export type EndsConfiguration = Configuration<'magento' | 'erp' | 'fulfilments'>;

/**
 * Both sides as they are configured. Connects to nothing yet.
 * @param mayLookUp whether the rights of whoever writes orders to the ERP are at hand
 */
export function openEnds(
  configuration: EndsConfiguration,
  tools: { log: Log; metrics: Metrics },
  mayLookUp: boolean,
): Ends & { shop: Magento; records: AskedRecords; close: () => Promise<void> } {
  const shop = connectMagento(configuration, tools);
  const records = openRecords(configuration, tools);
  return {
    shop,
    records,
    lookUpOrder: mayLookUp ? (key) => lookUpOrder(configuration.current().erp, key) : null,
    close: async () => void (await Promise.all([shop.close(), records.close()])),
  };
}
