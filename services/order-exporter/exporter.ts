import type { Configuration } from '../platform/config/read.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openTopicAdmin } from '../platform/kafka/connect.ts';
import { kafkaOptions } from '../platform/lifecycle/kafka-options.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import { runFlows } from '../platform/lifecycle/run-flow.ts';
import { exportCustomers } from './customers/export-customers.ts';
import { settlesWithin } from '../platform/waiting.ts';
import { exportOrders } from './export-orders.ts';

const lastAnswerMs = 1_000;

/** Kafka to ERP: orders and customers. */
export async function startOrderExporter(
  configuration: Configuration<'orders' | 'customers' | 'erp'>,
  life: Life,
): Promise<void> {
  const process = await openProcess('order-exporter', configuration, life);
  // Connects with the first question.
  const admin = openTopicAdmin(kafkaOptions(configuration, 'order-exporter-progress', process.log));
  // A broker that takes requests and gives no answers would hold the end up.
  process.onStop(() => settlesWithin(admin.close(), lastAnswerMs));
  const { orders, customers } = configuration.config.flows;
  await runFlows(process, [
    { name: 'orders', mode: orders, start: (mode) => exportOrders(configuration, process, mode, admin) },
    { name: 'customers', mode: customers, start: (mode) => exportCustomers(configuration, process, mode) },
  ]);
}
