import type { Configuration } from '../platform/config/read.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import { runFlows } from '../platform/lifecycle/run-flow.ts';
import { exportCustomers } from './customers/export-customers.ts';
import { exportOrders } from './export-orders.ts';

/** Kafka to ERP: orders and customers. */
export async function startOrderExporter(
  configuration: Configuration<'orders' | 'customers' | 'erp'>,
  life: Life,
): Promise<void> {
  const process = await openProcess('order-exporter', configuration, life);
  const { orders, customers } = configuration.config.flows;
  await runFlows(process, [
    { name: 'orders', mode: orders, start: (mode) => exportOrders(configuration, process, mode) },
    { name: 'customers', mode: customers, start: (mode) => exportCustomers(configuration, process, mode) },
  ]);
}
